import { isRecord } from '../../api/parse.ts';
import type { ClipRequest } from './clipRequest.ts';
import { type Call, HAND_OFF, parsed, type Round, records, type Step } from './conversation.ts';
import { makingCall } from './makingCall.ts';
import { STORYBOARD } from './storyboard.ts';

/** One clip's way: a call, and what its results named as the next. */
export type Thread = readonly Step[];

/** What a result may ask for by itself, since it costs nothing and destroys nothing. */
const HARMLESS = ['video_wait', 'video_retrieve', 'video_download', 'cdn_upload'];
/** What goes on with work that was begun, by its name alone. */
const GOES_ON_WITH: Record<string, string> = { video_produce: 'key', [STORYBOARD]: 'id', [HAND_OFF]: 'task,session' };
const PUBLISHES = ['cdn_upload', 'video_produce'];
/** The same call with the same arguments, before the offline model gives up. */
const MOST_REPEATS = 12;
const MOST_FAILURES = 3;

/** What decides how a thread goes on, besides its results. */
export interface Way {
  tools: readonly string[];
  /** What each thread began with, in their order; none where no new clip was asked for. */
  clips: readonly ClipRequest[];
  /** Is what is made to be public, where no clip says so? */
  publish: boolean;
}

/** The calls of a round, by the clips they belong to. */
export function threadsOf({ steps }: Round, way: Way): Thread[] {
  const threads: Step[][] = [];
  for (const step of steps) {
    const thread = threads.find((earlier, index) => {
      const last = earlier.at(-1);
      if (last === undefined || last.turn >= step.turn) return false;
      return [callNamedBy(earlier, index, way), last].some((call) => call !== undefined && isSame(call, step));
    });
    if (thread === undefined) threads.push([step]);
    else thread.push(step);
  }
  return threads;
}

/** How each thread goes on that has not ended: in the turn that follows its last, or when the user says to go on. */
export function nextCalls(threads: readonly Thread[], round: Round, way: Way): Call[] {
  return threads.flatMap((thread, index) => nextCall(thread, index, round, way) ?? []);
}

export function failureOf({ result }: Step): Record<string, unknown> | undefined {
  return isRecord(result.error) ? result.error : undefined;
}

function nextCall(thread: Thread, index: number, { turns, resumedAt }: Round, way: Way): Call | undefined {
  const last = thread.at(-1);
  const isResuming = resumedAt === turns;
  if (last === undefined || (last.turn < turns - 1 && !isResuming)) return undefined;
  const again = isResuming && failureOf(last)?.retryable === true ? callOf(last) : undefined;
  const next = callNamedBy(thread, index, way) ?? again;
  if (next === undefined || !way.tools.includes(next.tool)) return undefined;
  if (PUBLISHES.includes(next.tool) && !(way.clips[index]?.publish ?? way.publish)) return undefined;
  const since = thread.filter((step) => step.turn >= (resumedAt ?? 0) && isSame(step, next));
  const isStuck = since.length >= MOST_REPEATS || since.filter(failureOf).length >= MOST_FAILURES;
  return isStuck ? undefined : next;
}

function callNamedBy(thread: Thread, index: number, { clips, tools }: Way): Call | undefined {
  const last = thread.at(-1);
  if (last === undefined) return undefined;
  const [character] = last.tool === 'video_character_create' ? records(last.result.characters) : [];
  if (typeof character?.id === 'string') return callWith(character.id, clips[index], tools);
  const named = namedCall(last);
  const before = thread.findLast(({ tool }) => tool !== 'video_wait');
  const wasEarly = before !== undefined && before !== last && failureOf(before)?.code === 'not_ready';
  if (wasEarly && failureOf(last) === undefined && named?.tool !== 'video_wait') return callOf(before);
  return named;
}

/**
 * The call that a result names as its next step: `Call <tool> with <JSON>`. One that costs money or destroys is followed
 * only where it repeats the call that it is the result of, or goes on with what was begun by its name.
 */
function namedCall(step: Step): Call | undefined {
  const words = failureOf(step)?.next_step ?? step.result.next_step;
  const [, tool, json] = (typeof words === 'string' && /^call (\w+) with (\{.*\})/is.exec(words)) || [];
  const input = json === undefined ? undefined : parsed(json);
  if (tool === undefined || !isRecord(input)) return undefined;
  const call = { tool, input };
  const goesOn = GOES_ON_WITH[tool] !== undefined && Object.keys(input).join() === GOES_ON_WITH[tool];
  return HARMLESS.includes(tool) || goesOn || isSame(call, step) ? call : undefined;
}

/** The clip that a character was made for. */
function callWith(character: string, clip: ClipRequest | undefined, tools: readonly string[]): Call | undefined {
  if (clip === undefined || clip.prompt === '') return undefined;
  const call = makingCall({ ...clip, characters: [...(clip.characters ?? []), character] }, tools);
  return typeof call === 'string' ? undefined : call;
}

function callOf({ tool, input }: Step): Call {
  return { tool, input };
}

function isSame(a: Call, b: Call): boolean {
  return a.tool === b.tool && JSON.stringify(a.input) === JSON.stringify(b.input);
}
