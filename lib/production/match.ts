import type { Video } from '../../types/video.ts';

/** What was asked for, in the wire's words; a field that was not sent is absent. */
export interface AskedFor {
  prompt: string;
  model?: string;
  seconds?: string;
  /** Are `seconds` what is added to a clip? Servers tell them, or the length of the whole. */
  isAdded?: boolean;
  size?: string;
  /** The job it is made from. */
  sourceId?: string;
}

/** Between which times of the server's clock a job can have been made, in milliseconds since 1970. */
export interface Window {
  from: number;
  to: number;
}

/** `created_at` has whole seconds. */
const GRANULARITY_MS = 1_000;

/** Was the job made in that time, as far as its server tells? */
export function isWithin({ from, to }: Window, { created_at }: Video): boolean {
  if (created_at === undefined) return false;
  const createdMs = created_at * 1_000;
  return createdMs >= from - GRANULARITY_MS && createdMs <= to + GRANULARITY_MS;
}

/** Was it certainly made after that time? */
export function isAfter({ to }: Window, { created_at }: Video): boolean {
  return created_at !== undefined && created_at * 1_000 > to + GRANULARITY_MS;
}

/**
 * Could this job be the one that was asked for? Every field that was sent must be there again: what a server does not
 * repeat is no match, for a job that was taken by mistake is another user's clip.
 */
export function isMatch(asked: AskedFor, window: Window, video: Video): boolean {
  return isWithin(window, video) && repeats(asked, video);
}

/** Does it repeat every field that was sent, whenever it was made? */
export function repeats(asked: AskedFor, { prompt, model, seconds, size, remixed_from_video_id, raw }: Video): boolean {
  return (
    prompt === asked.prompt &&
    (asked.model === undefined || model === asked.model || raw.requested_model === asked.model) &&
    (asked.seconds === undefined || (seconds !== undefined && isLength(Number(seconds), asked))) &&
    (asked.size === undefined || size === asked.size) &&
    (asked.sourceId === undefined || (remixed_from_video_id ?? asked.sourceId) === asked.sourceId)
  );
}

function isLength(seconds: number, asked: AskedFor): boolean {
  return asked.isAdded ? seconds >= Number(asked.seconds) : seconds === Number(asked.seconds);
}

/** Servers cut prompts and write them anew: what begins alike may be the same one. */
const TOLD_APART_BY = 40;

/** May it be the job all the same, by a server that writes what it was sent in words of its own? */
export function isDoubtful(asked: AskedFor, { prompt }: Video): boolean {
  return prompt === undefined || beginning(prompt) === beginning(asked.prompt);
}

function beginning(prompt: string): string {
  return prompt.replace(/\s+/g, ' ').trim().toLowerCase().slice(0, TOLD_APART_BY);
}
