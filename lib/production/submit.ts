import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../types/error.ts';
import type { Clip, ClipGoal, Price } from '../../types/ledger.ts';
import type { ApprovalRequest, ToolContext } from '../../types/tool.ts';
import type { JobRequest, Video } from '../../types/video.ts';
import type { SendGate } from '../api/handover.ts';
import type { PreparedJob } from '../api/prepare.ts';
import { sentence, toToolsetError, VideoToolsetError } from '../errors.ts';
import { clipHash } from '../ledger/hash.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { priceQuestion, requireApproval } from './approval.ts';
import { priceOf } from './price.ts';
import { ownerOf, type ProductionServices, type StepOptions } from './services.ts';
import { bringFile } from './sharedFiles.ts';

/** How long an answer is waited for when the wish for it has ended. */
const LAST_WORD_MS = 3_000;
/** Slower lines are given up, so that it is known until when a request may still become a job. */
const SLOWEST_UPLOAD_BYTES_PER_MS = 32;

/** What the same request meets again, whenever it is sent. */
const HOPELESS: readonly ErrorCode[] = ['bad_request', 'moderation_blocked', 'unsupported', 'retired', 'invalid_media'];

export interface Wish {
  request: JobRequest;
  goal: ClipGoal;
  /** Another take of the same request. @default 1 */
  variation?: number;
}

/** What is to be sent; not new is a clip that is being made, or was made in this session: there is nothing to send. */
export type Intention = { clip: Clip; isNew: true; job: PreparedJob; price: Price } | { clip: Clip; isNew: false };

/**
 * Notes down a wanted clip and reserves its price; nothing is sent yet.
 * @throws VideoToolsetError for a request that is none, and `over_budget`, `seconds_required`, `not_approved`
 */
export async function intend(wish: Wish, services: ProductionServices, context: ToolContext): Promise<Intention> {
  const { goal, variation = 1 } = wish;
  const { approve, session = services.session } = context;
  const ledger = await services.ledger();
  const plan = await planOf(wish, services, context);
  if ('present' in plan) return { clip: await ledger.want(plan.present, goal), isNew: false };
  const { job, hash, price } = plan;
  await requireApproval(price, job, services.config, approve);
  const place = { server: services.server, workspace: ownerOf(services) };
  const wanted = { hash, ...place, session, request: job.request, variation, goal, price };
  const { clip, isNew } = await ledger.intend(wanted, services.config.budget);
  return isNew ? { clip, isNew, job, price } : { clip, isNew };
}

/**
 * What a person would be asked before this clip is noted down; undefined where nobody would be.
 * @throws VideoToolsetError for a request that is none
 */
export async function questionBefore(
  wish: Wish,
  services: ProductionServices,
  context: ToolContext,
): Promise<ApprovalRequest | undefined> {
  // There is no price that would be asked about.
  if (services.config.approveAboveUsd === undefined) return undefined;
  const plan = await planOf(wish, services, context);
  return 'present' in plan ? undefined : priceQuestion(plan.price, plan.job, services.config);
}

/** What there is to be paid for, or the clip that this is already; nothing is noted down. */
async function planOf(
  { request, variation = 1 }: Wish,
  services: ProductionServices,
  { signal, session = services.session }: ToolContext,
): Promise<{ present: Clip } | { job: PreparedJob; hash: string; price: Price }> {
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  const job = await prepare(request, services);
  const hash = await hashOf(job, services.server, variation);
  const present = await ledger.find(hash, session);
  if (present !== undefined) return { present };
  return { job, hash, price: await priceOf(job, api, services.config, signal) };
}

/**
 * The clip's request once more, as it was when it was intended.
 * @throws VideoToolsetError `invalid_argument` where it has become another one, such as by a changed picture
 */
export async function prepareAgain(clip: Clip, services: ProductionServices): Promise<PreparedJob> {
  const job = await prepare(clip.request, services);
  if ((await hashOf(job, services.server, clip.variation)) === clip.hash) return job;
  throw new VideoToolsetError(
    'invalid_argument',
    `The request of the clip ${clip.key} would not be the same any more, such as by a changed file or setting: nothing was sent.`,
    { next_step: `Restore what was changed, or give the clip up: video-toolset ledger decide ${clip.key} --drop` },
  );
}

export interface SendingOptions extends Pick<ToolContext, 'lifetime'> {
  signal?: AbortSignal | undefined;
  /** @see StepOptions */
  refusals?: StepOptions['refusals'];
}

/**
 * Hands a reserved attempt to the network, with every step of it in the ledger.
 * @throws VideoToolsetError `outcome_unknown` names the clip, with which the work goes on; `superseded` where another
 * process went on, or where it was too late; what names a job was not noted, though it was made
 */
export async function send(
  clip: Clip,
  job: PreparedJob,
  price: Price,
  services: ProductionServices,
  { signal, lifetime, refusals = 'retried' }: SendingOptions = {},
): Promise<{ clip: Clip; video: Video }> {
  const { budget, sendDeadlineMs } = services.config;
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  let current = clip;
  let uploadMs = 0;
  let wasRefused = false;
  const stop = new AbortController();
  const giveUpSoon = () => void setTimeout(() => stop.abort(), LAST_WORD_MS).unref();
  const whenAborted = () => {
    if (current.state !== 'sent') stop.abort();
    // What is on its way is paid for: its answer is worth a moment, and more where nothing ends.
    else if (lifetime === undefined || lifetime.aborted) giveUpSoon();
    else lifetime.addEventListener('abort', giveUpSoon, { once: true });
  };
  signal?.addEventListener('abort', whenAborted, { once: true });
  if (signal?.aborted) stop.abort();
  const gate: SendGate = {
    async open(uploadBytes) {
      uploadMs = Math.ceil(uploadBytes / SLOWEST_UPLOAD_BYTES_PER_MS);
      if (wasRefused) current = await ledger.attemptAnew(current, price, budget, 'made no job');
      current = await ledger.markSentAhead(current, uploadMs);
    },
    pass() {
      current = ledger.markSent(current, uploadMs);
    },
    goOn() {
      if (ledger.now() > (current.sentAt ?? 0) + sendDeadlineMs + uploadMs) throw tooSlow();
    },
    async refused(error) {
      wasRefused = true;
      current = await ledger.refused(current, reasonOf(error), true);
    },
  };
  let video: Video;
  try {
    const retry = refusals === 'retried';
    video = await api.make(job, { signal: stop.signal, gate, idempotencyKey: clip.idempotencyKey, retry });
  } catch (error) {
    if (error instanceof VideoToolsetError && error.code === 'superseded') throw error;
    if (current.state === 'intended') {
      // Who has just wished for it is told, and may wish again; one that is gone on with waits for better times.
      const isWishedAnew = clip.attempt === 1 && refusals === 'retried';
      if (isWishedAnew || HOPELESS.includes(reasonOf(error).code))
        await ledger.move(current, 'failed', { error: reasonOf(error) });
      throw error;
    }
    // The row says already that it was sent: what cannot be noted beside it is lost without harm.
    await ledger.lost(current, reasonOf(error).message).catch(() => undefined);
    throw unknownOutcome(error, current.key);
  } finally {
    signal?.removeEventListener('abort', whenAborted);
    lifetime?.removeEventListener('abort', giveUpSoon);
  }
  const noted = await noteAnswer(current, video.id, ledger, signal).catch((error) => {
    throw notNoted(error, current.key, video.id);
  });
  if (noted.jobId !== video.id) throw tooLate(noted, video.id);
  return { clip: noted, video };
}

/** What nobody else knows is told until it is heard, or until others look for the job themselves. */
async function noteAnswer(clip: Clip, jobId: string, ledger: Ledger, signal: AbortSignal | undefined): Promise<Clip> {
  for (let pauseMs = 250; ; pauseMs = Math.min(2 * pauseMs, 5_000)) {
    try {
      return await ledger.answered(clip, jobId);
    } catch (error) {
      const mayPass = error instanceof VideoToolsetError && error.facts.retryable === true;
      if (!mayPass || signal?.aborted || ledger.now() > (clip.quarantineUntil ?? 0)) throw error;
      await sleep(pauseMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
  }
}

/** The file of a request may lie on another machine. */
async function prepare(request: JobRequest, services: ProductionServices): Promise<PreparedJob> {
  const { operation, parameters } = request;
  const file = operation === 'create' ? parameters.input_reference : undefined;
  if (file !== undefined && 'path' in file) await bringFile(file.path, services);
  return await (await services.api()).prepare(request);
}

async function hashOf({ path: call, wire }: PreparedJob, server: string, variation: number): Promise<string> {
  const { fields, upload } = wire;
  const identity = { server, call, fields, variation };
  if (upload === undefined) return clipHash(identity);
  return clipHash({ ...identity, upload: { field: upload.field, sha256: await sha256Of(upload.blob) } });
}

async function sha256Of(blob: Blob): Promise<string> {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  for await (const chunk of blob.stream()) hash.update(chunk);
  return hash.digest('hex');
}

function reasonOf(error: unknown): Pick<VideoToolsetError, 'code' | 'message'> {
  const { code, message } = toToolsetError(error);
  return { code, message };
}

/** The one who knows of the job says so, for nobody else will. */
function notNoted(cause: unknown, key: string, job_id: string): VideoToolsetError {
  const { code, message } = reasonOf(cause);
  return new VideoToolsetError(
    code,
    `The job ${job_id} was made, but could not be noted for the clip ${key}: ${message}`,
    {
      ...{ cause, submitted: 'yes', billed: 'likely', job_id },
      next_step: `When the ledger can be written again: video-toolset ledger decide ${key} --job ${job_id}`,
    },
  );
}

function tooLate({ key, state }: Clip, job_id: string): VideoToolsetError {
  return new VideoToolsetError(
    'superseded',
    `The answer came too late: the clip ${key} is ${state} without it, and the job ${job_id} is kept as an orphan.`,
    { submitted: 'yes', billed: 'likely', job_id, next_step: `Look at it: video-toolset ledger ${key}` },
  );
}

function tooSlow(): VideoToolsetError {
  return new VideoToolsetError('server_unreachable', 'The request could not be sent in time: it was broken off.', {
    retryable: true,
    next_step: 'Make the same call again.',
  });
}

function unknownOutcome(cause: unknown, key: string): VideoToolsetError {
  const { message } = reasonOf(cause);
  return new VideoToolsetError('outcome_unknown', `${sentence(message)} The clip ${key} may have been made.`, {
    cause,
    submitted: 'unknown',
    billed: 'unknown',
    next_step:
      `Call video_wait with ${JSON.stringify({ ids: [key] })} to look for its job. ` +
      'The same request again finds this clip, and pays for nothing.',
  });
}
