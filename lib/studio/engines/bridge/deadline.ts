import type { RemoteTask } from '../engine.ts';

/** Of the limit, for who comes back after it. */
const LATE_SHARE = 0.2;

/**
 * Until when a clip is waited for. Whoever comes back late may find the network down, and the clip made long ago; a machine
 * that slept does, too, and its sleep does not count.
 * @returns as `performance.now()`
 */
export function deadlineOf({ askedAt }: Pick<RemoteTask, 'askedAt'>, limitMs: number): number {
  const agoMs = askedAt === undefined ? 0 : Math.max(0, Date.now() - askedAt * 1_000);
  return performance.now() + Math.max(limitMs - agoMs, limitMs * LATE_SHARE);
}
