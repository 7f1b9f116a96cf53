import type { Clip } from '../../types/ledger.ts';
import type { Video } from '../../types/video.ts';
import type { Following } from '../cdn/following.ts';
import { VideoToolsetError } from '../errors.ts';
import { isThere } from './isThere.ts';
import { costsNothing, priceOf } from './price.ts';
import { publishClip } from './publishClip.ts';
import { reconcile } from './reconcile.ts';
import { ownerOf, type ProductionServices, requireItsServer, type Step, type StepOptions } from './services.ts';
import { prepareAgain, send } from './submit.ts';

/** How often a clip that another process works on is looked at. */
const LOOK_MS = 250;
/** A server of several replicas may not know at once of a job that one of them made. */
const NEW_JOB_MS = 60_000;
/** Whoever deleted a job has this long to write down that it was on purpose, so that it is not made anew. */
const DELETED_MS = 1_000;
/** A server that loses every job it makes gets no more. */
const MOST_ATTEMPTS = 20;

/**
 * The next step of one wanted clip, whatever process began it. It may be called again and again, from several processes
 * at once: each step is a move in the ledger that only one of them makes.
 * @returns the clip as it stands then; call again until it is settled
 * @throws VideoToolsetError where the step failed; the clip stays where it was, and the step can be repeated
 */
export async function advance(key: string, services: ProductionServices, options: StepOptions): Promise<Step> {
  const ledger = await services.ledger();
  const clip = await ledger.get(key);
  if (clip === undefined) throw noSuchClip(key);
  try {
    return await stepOf(clip, services, options);
  } catch (error) {
    if (!(error instanceof VideoToolsetError) || error.code !== 'superseded') throw error;
    // Another process made the move: what it came to is seen at the next look.
    return { clip: (await ledger.get(key)) ?? clip, isSettled: false, pauseMs: LOOK_MS };
  }
}

async function stepOf(clip: Clip, services: ProductionServices, options: StepOptions): Promise<Step> {
  const ledger = await services.ledger();
  const find = services.reconcile ?? reconcile;
  const now = ledger.now();
  if (clip.state === 'published' || clip.state === 'failed') return { clip, isSettled: true };
  requireItsServer(clip, services);
  switch (clip.state) {
    case 'intended':
      if (now <= clip.sendDeadline && !isRefused(clip, options)) return pausedUntil(clip, clip.sendDeadline, now);
      if (options.maySend === false) return { clip, isSettled: true };
      return await sendAnew(clip, 'made no job', services, options);
    case 'sent':
      if (now <= (clip.quarantineUntil ?? 0)) return pausedUntil(clip, clip.quarantineUntil ?? 0, now);
      return await find(clip, services, options);
    case 'unknown':
      return await find(clip, services, options);
    case 'known':
      return await waitForJob(clip, services, options);
    case 'gone':
      return await whenGone(clip, services, options);
    case 'done':
      return await download(clip, services, options);
    case 'downloaded':
      return await publish(clip, services, options);
  }
}

/** Was the last attempt refused for certain, with nobody left who sends it again? */
function isRefused({ error }: Clip, { refusals }: StepOptions): boolean {
  return error !== undefined && refusals === 'told';
}

function pausedUntil(clip: Clip, until: number, now: number): Step {
  return { clip, isSettled: false, pauseMs: Math.min(until - now + 1, LOOK_MS) };
}

async function sendAnew(
  clip: Clip,
  predecessor: 'made no job' | 'made a job',
  services: ProductionServices,
  { signal, stop, refusals }: StepOptions,
): Promise<Step> {
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  const job = await prepareAgain(clip, services);
  const price = await priceOf(job, api, services.config, signal);
  const anew = await ledger.attemptAnew(clip, price, services.config.budget, predecessor);
  return { ...(await send(anew, job, price, services, { signal: stop, refusals })), isSettled: false };
}

async function waitForJob(clip: Clip, services: ProductionServices, options: StepOptions): Promise<Step> {
  const { signal, progress, limitMs } = options;
  const id = jobOf(clip);
  const api = await services.api();
  const onPoll = ({ status, progress: percent }: Video) =>
    progress?.({ phase: 'waiting', job_id: id, status, ...(percent !== undefined && { percent }) });
  const look = async () => ({ videos: [await api.retrieve(id, { signal })] });
  const waited = await (limitMs === 0 ? look() : api.wait([id], { limitMs, signal, onPoll })).catch(whereGone);
  if (isReason(waited)) {
    const ledger = await services.ledger();
    const isNew = ledger.now() - (clip.sentAt ?? 0) < NEW_JOB_MS && !costsNothing(clip, api.profile);
    if (isNew) return { clip, isSettled: false, pauseMs: 2_000 };
    return { clip: await ledger.move(clip, 'gone', { error: waited }), isSettled: false, pauseMs: DELETED_MS };
  }
  const [video] = waited.videos;
  if (video === undefined) return { clip, isSettled: false };
  return { clip: await noteJob(clip, video, services), video, isSettled: false };
}

/** Writes down what became of a job, as its server shows it. */
export async function noteJob(clip: Clip, video: Video, services: ProductionServices): Promise<Clip> {
  if (clip.state !== 'known') return clip;
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  switch (video.status) {
    case 'queued':
    case 'in_progress':
      return clip;
    case 'completed':
      return await ledger.move(clip, 'done');
    case 'expired':
      return await ledger.move(clip, 'gone', {
        error: { code: 'expired', message: 'The clip expired on its server.' },
      });
    case 'failed':
    case 'cancelled': {
      const message = video.error?.message ?? 'its server gave no reason';
      const failed = await ledger.move(clip, 'failed', { error: { code: video.error?.code ?? 'job_failed', message } });
      // What a free server says of its failed jobs is not said of those that others make for it.
      const isOthers = api.profile.costsNothing && !costsNothing(clip, api.profile);
      const isUnbilled = api.profile.billsFailedJobs === 'no' && !isOthers;
      if (isUnbilled || video.raw.billed === false) await ledger.release(failed);
      return failed;
    }
  }
}

/** A job may only have been out of sight; one that is lost is made anew where that costs nothing. */
async function whenGone(clip: Clip, services: ProductionServices, options: StepOptions): Promise<Step> {
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  if (clip.error?.code !== 'expired') {
    const video = await api.retrieve(jobOf(clip), { signal: options.signal }).catch(whereGone);
    if (!isReason(video)) return { clip: await ledger.move(clip, 'known'), isSettled: false };
  }
  if (!costsNothing(clip, api.profile) || clip.attempt >= MOST_ATTEMPTS) return { clip, isSettled: true };
  return await sendAnew(clip, 'made a job', services, options);
}

async function download(clip: Clip, services: ProductionServices, options: StepOptions): Promise<Step> {
  const { signal, progress } = options;
  if (!isHere(clip, services) || clip.goal === 'job') return { clip, isSettled: true };
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  const id = jobOf(clip);
  const onProgress = (bytes: number, total: number | undefined) =>
    progress?.({ phase: 'downloading', job_id: id, ...(total && { percent: (100 * bytes) / total }) });
  // What arrives goes out at the same time; whichever of both fails is made good by itself.
  const following = (await services.cdn()).follow({ signal });
  try {
    const file = await api.download(id, { signal, onProgress, onWritten: following.writtenTo }).catch(whereGone);
    if (isReason(file)) return { clip: await ledger.move(clip, 'gone', { error: file }), isSettled: false };
    return await publish(await ledger.move(clip, 'downloaded', { file }), services, options, following);
  } finally {
    await following.abort();
  }
}

async function publish(
  clip: Clip,
  services: ProductionServices,
  options: StepOptions,
  following?: Following,
): Promise<Step> {
  const { signal, progress } = options;
  const { file } = clip;
  if (!isHere(clip, services) || clip.goal === 'job' || file === undefined) return { clip, isSettled: true };
  if (!(await isThere(file.path, services))) return await download(clip, services, options);
  const ledger = await services.ledger();
  const onProgress = (bytes: number, total: number) =>
    progress?.({ phase: 'publishing', job_id: jobOf(clip), percent: (100 * bytes) / total });
  const published = await publishClip(clip, file, services, { signal, onProgress, following });
  return { clip: await ledger.move(clip, 'published', { published }), isSettled: true };
}

/** The files of another workspace are out of reach from here. */
export function isHere(clip: Clip, services: ProductionServices): boolean {
  return clip.workspace === ownerOf(services);
}

interface Reason {
  code: 'not_found' | 'expired';
  message: string;
}

/** What its server does not have any more: the job, or only its bytes. A clip that is not found at its job is a passing trouble. */
function whereGone(error: unknown): Reason {
  if (!(error instanceof VideoToolsetError)) throw error;
  const { code, message } = error;
  if (code === 'expired') return { code, message };
  if (code === 'gone' || (code === 'not_found' && error.report().submitted === 'no'))
    return { code: 'not_found', message };
  throw error;
}

function isReason(value: object): value is Reason {
  return 'code' in value;
}

export function jobOf({ key, jobId }: Clip): string {
  if (jobId !== undefined) return jobId;
  throw new VideoToolsetError('internal', `The clip ${key} has no job.`);
}

export function noSuchClip(key: string): VideoToolsetError {
  return new VideoToolsetError('not_found', `The ledger has no clip ${JSON.stringify(key.slice(0, 80))}.`, {
    next_step: 'Use a key as a result named it; all are shown by: video-toolset ledger',
  });
}
