import type { Video } from '../../types/video.ts';
import { sentence, VideoToolsetError } from '../errors.ts';
import { type Clock, systemClock } from './clock.ts';
import { isFinal } from './parse.ts';

/** To which our own pauses grow. Measured over realistic jobs: longer ones save few polls and notice the end late. */
const LONGEST_OWN_INTERVAL_MS = 8_000;
/** The longest that a server may ask for. */
const LONGEST_INTERVAL_MS = 15_000;
const SHORTEST_INTERVAL_MS = 100;
const TRANSIENT_FAILURES = 5;
/** A poll that starts with the limit has this long to tell that the job is done. */
const LAST_LOOK_MS = 1_000;
/** What a timer can hold. */
const LONGEST_LIMIT_MS = 2 ** 31 - 1;

export interface WaitOptions {
  signal?: AbortSignal | undefined;
  /** How long to wait in all; running out is a result, not an error, also while the server does not answer. */
  limitMs: number;
  /** Time to the first poll; it grows from there. */
  pollIntervalMs: number;
  /** Called with every answer of the server. */
  onPoll?: ((video: Video) => void) | undefined;
}

export interface WaitResult {
  /** In the order of the ids. */
  videos: Video[];
  /** Did the limit come before every job's end? The jobs go on. */
  timedOut: boolean;
}

export interface Poll {
  video: Video;
  /** The server's own wish for the time to the next poll. */
  pollAfterMs?: number;
}

type Retrieve = (id: string, signal?: AbortSignal) => Promise<Poll>;

/** Polls every job to its end, each at its own pace; never deletes or cancels one. */
export async function waitForVideos(
  ids: readonly string[],
  retrieve: Retrieve,
  options: WaitOptions,
  clock: Clock = systemClock,
): Promise<WaitResult> {
  const limit: Limit = { at: clock.now() + options.limitMs, signal: timeout(options.limitMs) };
  const others = new AbortController();
  const signal = options.signal === undefined ? others.signal : AbortSignal.any([options.signal, others.signal]);
  let failedId: string | undefined;
  const waits = ids.map(async (id) => {
    try {
      return await waitForOne(id, retrieve, { ...options, signal }, limit, clock);
    } catch (error) {
      failedId ??= id;
      throw error;
    }
  });
  try {
    const videos = await Promise.all(waits);
    return { videos, timedOut: videos.some((video) => !isFinal(video.status)) };
  } catch (error) {
    // One that cannot be waited for is told at once; the jobs of the others are left alone.
    others.abort();
    await Promise.allSettled(waits);
    throw withOthers(
      error,
      ids.filter((id) => id !== failedId),
    );
  }
}

interface Limit {
  /** On the clock. */
  at: number;
  /** Cuts off a poll that hangs. */
  signal: AbortSignal;
}

async function waitForOne(
  id: string,
  retrieve: Retrieve,
  options: WaitOptions & { signal: AbortSignal },
  limit: Limit,
  clock: Clock,
): Promise<Video> {
  const { signal, onPoll } = options;
  const started = clock.now();
  let failures = 0;
  let interval = options.pollIntervalMs;
  let last: Poll | undefined;
  /** The server's own wish, on its last answer. */
  let asked: number | undefined;
  let end = limit.signal;
  let either = AbortSignal.any([signal, end]);
  while (true) {
    const isLastLook = clock.now() >= limit.at;
    if (isLastLook) {
      end = timeout(LAST_LOOK_MS);
      either = AbortSignal.any([signal, end]);
    }
    try {
      last = await retrieve(id, either);
      asked = last.pollAfterMs;
      failures = 0;
      onPoll?.(last.video);
      if (isFinal(last.video.status)) return last.video;
    } catch (error) {
      if (signal.aborted) throw stopped(id, error);
      if (end.aborted && (!(error instanceof VideoToolsetError) || error.code === 'aborted')) break;
      failures++;
      asked = error instanceof VideoToolsetError ? error.facts.retryAfterMs : undefined;
      const isTransient = error instanceof VideoToolsetError && error.facts.retryable === true;
      if (!isTransient || failures > TRANSIENT_FAILURES) throw withJob(error, id);
    }
    if (isLastLook) break;
    const left = limit.at - clock.now();
    const wished = asked ?? pace(last?.video, clock.now() - started, interval);
    const pause = Math.min(Math.max(wished, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS) * (0.9 + 0.2 * clock.random());
    interval = Math.min(interval * 1.3, Math.max(LONGEST_OWN_INTERVAL_MS, options.pollIntervalMs));
    try {
      await clock.sleep(Math.max(0, Math.min(pause, left)), signal);
    } catch (error) {
      throw stopped(id, error);
    }
  }
  return last?.video ?? unknown(id);
}

function timeout(ms: number): AbortSignal {
  return AbortSignal.timeout(Math.min(Math.max(Math.ceil(ms), 0), LONGEST_LIMIT_MS));
}

/** Nobody answered within the limit: the job is not known to have ended. */
function unknown(id: string): Video {
  return { id, status: 'queued', notices: ['Its server did not answer in time: its state is not known.'], raw: {} };
}

/** A job that reports progress is asked again at about half of the time it still needs. */
function pace(video: Video | undefined, elapsedMs: number, intervalMs: number): number {
  const progress = video?.progress ?? 0;
  if (progress < 5 || progress >= 100) return intervalMs;
  const remaining = (elapsedMs / progress) * (100 - progress);
  return Math.min(intervalMs, Math.max(remaining / 2, 500));
}

function stopped(id: string, cause: unknown): VideoToolsetError {
  return new VideoToolsetError('aborted', `Stopped waiting for ${id}; the job was left alone.`, {
    cause,
    submitted: 'yes',
    billed: 'likely',
    job_id: id,
    retryable: true,
    next_step: `Call video_wait with {"ids":["${id}"]} to go on.`,
  });
}

function withOthers(error: unknown, others: readonly string[]): unknown {
  if (others.length === 0 || !(error instanceof VideoToolsetError) || error.code === 'aborted') return error;
  const call = `Call video_wait with ${JSON.stringify({ ids: others })} to go on with the others.`;
  return new VideoToolsetError(error.code, error.message, { ...error.facts, cause: error, next_step: call });
}

function withJob(error: unknown, id: string): unknown {
  if (!(error instanceof VideoToolsetError) || error.code === 'not_found' || error.code === 'invalid_argument')
    return error;
  return new VideoToolsetError(error.code, `${sentence(error.message)} The job ${id} was not touched.`, {
    ...error.facts,
    cause: error,
    submitted: 'yes',
    billed: 'likely',
    job_id: id,
    next_step: error.facts.next_step ?? `Call video_wait with {"ids":["${id}"]} to go on.`,
  });
}
