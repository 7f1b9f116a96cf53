import { setTimeout as sleep } from 'node:timers/promises';

/** Time as waiting and retrying see it, so that a test can bring its own. */
export interface Clock {
  /** Milliseconds, rising. */
  now(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { ...(signal && { signal }) }),
  random: Math.random,
};
