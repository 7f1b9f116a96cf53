import { VideoToolsetError } from '../errors.ts';
import type { Clock } from './clock.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;

export interface RetryOptions {
  /** No attempt starts later than this after the first. */
  deadlineMs: number;
  attempts: number;
  signal?: AbortSignal | undefined;
}

/** Repeats what failed for a passing reason, with growing, jittered pauses or the server's own; for calls that spend nothing. */
export async function withRetry<T>(
  call: () => Promise<T>,
  { deadlineMs, attempts, signal }: RetryOptions,
  clock: Clock,
): Promise<T> {
  const deadline = clock.now() + deadlineMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      // A server that is not there is reported at once: nobody wants to wait for that.
      const isPassing =
        error instanceof VideoToolsetError && error.facts.retryable && error.code !== 'server_unreachable';
      if (!isPassing || signal?.aborted) throw error;
      const pause = error.facts.retryAfterMs ?? backOff(attempt, clock);
      if (attempt >= attempts || clock.now() + pause > deadline) throw error;
      await clock.sleep(pause, signal);
    }
  }
}

function backOff(attempt: number, clock: Clock): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS) * (0.5 + 0.5 * clock.random());
}

/**
 * How long a server asks to be left alone, in milliseconds from now, clamped to what makes sense: `openai-poll-after-ms`,
 * `retry-after-ms`, or `retry-after` in seconds or as a date.
 */
export function retryAfterMs(
  headers: Record<string, string | string[] | undefined>,
  nowMs = Date.now(),
): number | undefined {
  const value = (name: string) => {
    const given = headers[name];
    return (typeof given === 'object' ? given[0] : given)?.trim();
  };
  const exact = Number(value('openai-poll-after-ms') || value('retry-after-ms') || Number.NaN);
  if (Number.isFinite(exact)) return clamped(exact);
  const after = value('retry-after');
  if (!after) return undefined;
  const wait = /^\d+(\.\d+)?$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - nowMs;
  return Number.isFinite(wait) ? clamped(wait) : undefined;
}

function clamped(ms: number): number {
  return Math.min(Math.max(ms, 0), 60_000);
}
