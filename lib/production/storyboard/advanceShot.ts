import type { ErrorCode } from '../../../types/error.ts';
import type { Clip } from '../../../types/ledger.ts';
import type { Shot, ShotState } from '../../../types/storyboard.ts';
import type { ToolContext } from '../../../types/tool.ts';
import type { Video } from '../../../types/video.ts';
import { VideoToolsetError } from '../../errors.ts';
import { advance, isHere } from '../advance.ts';
import type { ProductionServices, Step, StepOptions } from '../services.ts';
import { type Intention, intend, send } from '../submit.ts';
import { requestOf } from './shotRequest.ts';

/** How often a shot that another process works on, or that waits for its source, is looked at. */
const LOOK_MS = 500;
/** Where a server that wants fewer requests does not say how long, or says not at all. */
const THROTTLED_MS = 2_000;

/** What is wrong with the shot itself: nothing was sent, and trying again would not help. */
const UNSENDABLE: readonly ErrorCode[] = [
  'file_not_found',
  'invalid_argument',
  'invalid_media',
  'outside_workspace',
  'seconds_required',
  'unsupported',
];

export type ShotOptions = Pick<ToolContext, 'signal' | 'progress' | 'approve' | 'lifetime'> &
  Pick<StepOptions, 'limitMs' | 'maySend'> & {
    /** @see StepOptions @default `signal` */
    stop?: AbortSignal | undefined;
  };

/** Where a shot stands after a step. */
export interface ShotStep {
  shot: Shot;
  state: ShotState;
  clip?: Clip;
  /** Its job, where the server was asked. */
  video?: Video;
  /** Is there nothing left to do without a person, or at all? */
  isSettled: boolean;
  /** The next step makes sense after so many milliseconds. @default 0 */
  pauseMs?: number;
  /** The server asked for fewer requests: this holds for all shots. @default false */
  isThrottled?: boolean;
  /** Shots that waited for this one, and can be worked on now. @default [] */
  released?: Shot[];
}

/**
 * The next step of one shot of a storyboard: it is given its clip, which is then carried on by `advance`. Like that, it may
 * be called again and again, from several processes and machines at once, and pays for nothing twice.
 * @throws VideoToolsetError where the step failed; the shot stays where it was, and the step can be repeated. `over_budget`
 * and `not_approved` are no fault of the shot.
 */
export async function advanceShot(
  storyboard: string,
  id: string,
  services: ProductionServices,
  options: ShotOptions,
): Promise<ShotStep> {
  const { storyboards } = await services.ledger();
  const shot = await storyboards.shot(storyboard, id);
  if (shot === undefined) throw noSuchShot(storyboard, id);
  switch (shot.stage) {
    case 'done':
      return { shot, state: 'published', isSettled: true };
    case 'failed':
      return { shot, state: 'failed', isSettled: true };
    case 'waiting':
      return { shot, state: 'waiting', isSettled: false, pauseMs: LOOK_MS };
    case 'ready':
      if (!isBegun(shot)) return await begin(shot, services, options);
      return await stepOf(shot, services, () => carryOn(shot, services, options));
  }
}

type BegunShot = Shot & { clip: string };

function isBegun(shot: Shot): shot is BegunShot {
  return shot.clip !== undefined;
}

/** Nothing of a new shot is sent before the clip is its own, so that no two shots, and no two processes, send the same. */
async function begin(shot: Shot, services: ProductionServices, options: ShotOptions): Promise<ShotStep> {
  const { signal, approve } = options;
  const { storyboards } = await services.ledger();
  let intention: Intention;
  try {
    const wish = { request: await requestOf(shot, services, signal), goal: 'published', variation: shot.take } as const;
    const context = { ...(signal && { signal }), ...(approve && { approve }), session: shot.storyboard };
    intention = await intend(wish, services, context);
  } catch (error) {
    if (!(error instanceof VideoToolsetError) || !UNSENDABLE.includes(error.code)) throw error;
    const { code, message } = error;
    return await failed(shot, { code, message }, services);
  }
  const { clip } = intention;
  const claim = isHere(clip, services) ? await storyboards.claim(shot, clip.key) : 'taken';
  if (claim === 'claimed') {
    const begun = { ...shot, clip: clip.key };
    return await stepOf(begun, services, () => sendFirst(begun, intention, services, options));
  }
  if (claim === 'taken') await storyboards.anotherTake(shot);
  else if (intention.isNew) await giveUp(clip, services);
  return { shot, state: 'ready', isSettled: false };
}

async function sendFirst(
  shot: BegunShot,
  intention: Intention,
  services: ProductionServices,
  options: ShotOptions,
): Promise<ShotStep> {
  if (!intention.isNew) return await carryOn(shot, services, options);
  const { clip, job, price } = intention;
  const { lifetime, signal, stop = signal } = options;
  const sending = { signal: stop, refusals: 'told', ...(lifetime && { lifetime }) } as const;
  const made = await send(clip, job, price, services, sending);
  return { shot, state: made.clip.state, ...made, isSettled: false };
}

async function carryOn(shot: BegunShot, services: ProductionServices, options: ShotOptions): Promise<ShotStep> {
  const { stop = options.signal, ...rest } = options;
  return await notedIn(shot, await advance(shot.clip, services, { ...rest, stop, refusals: 'told' }), services);
}

async function notedIn(shot: Shot, step: Step, services: ProductionServices): Promise<ShotStep> {
  const { clip } = step;
  if (clip.state === 'failed') {
    const { code, message } = clip.error ?? { code: 'job_failed', message: 'no reason was given' };
    return { ...step, ...(await failed(shot, { code, message }, services)) };
  }
  const isDone = clip.state === 'published';
  const released = isDone ? await (await services.ledger()).storyboards.done(shot, clip.key) : [];
  return { ...step, shot, state: clip.state, released };
}

/** A step of the clip, and what its failure means for the shot. */
async function stepOf(shot: BegunShot, services: ProductionServices, step: () => Promise<ShotStep>): Promise<ShotStep> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof VideoToolsetError)) throw error;
    const clip = await (await services.ledger()).get(shot.clip);
    // Only a clip that is refused for good has failed by an error; all others can be gone on with.
    if (clip?.state === 'failed') return await notedIn(shot, { clip, isSettled: true }, services);
    const state: ShotState = clip?.state ?? 'ready';
    const known = { shot, state, ...(clip && { clip }), isSettled: false };
    if (error.code === 'rate_limited')
      return { ...known, pauseMs: error.facts.retryAfterMs || THROTTLED_MS, isThrottled: true };
    if (error.code === 'outcome_unknown' || error.code === 'superseded')
      return { ...known, pauseMs: LOOK_MS, isThrottled: isThrottling(error.cause) };
    throw error;
  }
}

/** A 429 that may have made a job all the same asks for fewer requests, too. */
function isThrottling(cause: unknown): boolean {
  return cause instanceof VideoToolsetError && 'status' in cause && cause.status === 429;
}

async function failed(shot: Shot, error: NonNullable<Shot['error']>, services: ProductionServices): Promise<ShotStep> {
  await (await services.ledger()).storyboards.fail(shot, error);
  return { shot: { ...shot, stage: 'failed', error }, state: 'failed', isSettled: true };
}

/** The storyboard was changed while a clip was intended: nobody wants it any more, and nothing was sent. */
async function giveUp(clip: Clip, services: ProductionServices): Promise<void> {
  const reason = { code: 'superseded', message: 'Its shot was changed before it was sent.' };
  await (await services.ledger()).refused(clip, reason, false);
}

function noSuchShot(storyboard: string, id: string): VideoToolsetError {
  return new VideoToolsetError('not_found', `The storyboard ${storyboard} has no shot ${JSON.stringify(id)}.`);
}
