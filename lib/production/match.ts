import type { Video } from '../../types/video.ts';

/** What was asked for, in the wire's words; a field that was not sent is absent. */
export interface AskedFor {
  prompt: string;
  model?: string;
  seconds?: string;
  size?: string;
}

/** Between which times of the server's clock a job can have been made, in milliseconds since 1970. */
export interface Window {
  from: number;
  to: number;
}

/** `created_at` has whole seconds. */
const GRANULARITY_MS = 1_000;

/**
 * Could this job be the one that was asked for? Every field that was sent must be there again: what a server does not
 * repeat is no match, for a job that was taken by mistake is another user's clip.
 */
export function isMatch(asked: AskedFor, window: Window, video: Video): boolean {
  const { prompt, model, seconds, size, created_at } = video;
  if (prompt !== asked.prompt || created_at === undefined) return false;
  const createdMs = created_at * 1_000;
  if (createdMs < window.from - GRANULARITY_MS || createdMs > window.to + GRANULARITY_MS) return false;
  return (
    (asked.model === undefined || model === asked.model) &&
    (asked.seconds === undefined || (seconds !== undefined && Number(seconds) === Number(asked.seconds))) &&
    (asked.size === undefined || size === asked.size)
  );
}
