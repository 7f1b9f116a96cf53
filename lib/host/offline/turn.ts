import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { firstCalls } from './calls.ts';
import { type Call, conversationOf } from './conversation.ts';
import { knownIds } from './earlier.ts';
import { report } from './report.ts';
import { nextCalls, threadsOf, type Way } from './threads.ts';
import { readWish, type Wish } from './wish.ts';

/** What the offline model does next. */
export type Turn = { kind: 'text'; text: string } | { kind: 'calls'; calls: (Call & { id: string })[] };

export const NOT_A_MODEL =
  'I am the built-in offline model, not a language model: I used your words as they are. Set AGENT_MODEL for an agent that thinks about them.';

/** Decides from the conversation alone: the same messages always give the same turn. */
export function nextTurn(prompt: LanguageModelV4Prompt, tools: readonly string[]): Turn {
  const conversation = conversationOf(prompt);
  const round = conversation.rounds.at(-1);
  if (round === undefined) return said('There is no request.');
  const earlier = { ...conversation, rounds: conversation.rounds.slice(0, -1) };
  const wish = readWish(round.request, knownIds(earlier));
  const calls = (made: Call[]): Turn => ({
    kind: 'calls',
    calls: made.map((call, index) => ({ id: `call_${conversation.calls + index + 1}`, ...call })),
  });
  if (round.steps.length === 0) {
    const first = firstCalls(round.request, wish, tools, conversation);
    return typeof first === 'string' ? said(first) : calls(first);
  }
  const way = wayOf(wish, tools);
  const threads = threadsOf(round, way);
  const next = nextCalls(threads, round, way);
  return next.length > 0 ? calls(next) : said(report(threads, way.publish));
}

function wayOf(wish: Wish, tools: readonly string[]): Way {
  if (wish.kind !== 'clips') return { tools, clips: [], publish: wish.kind !== 'change' || wish.publish };
  return { tools, clips: wish.clips, publish: wish.clips.some(({ publish }) => publish) };
}

function said(text: string): Turn {
  return { kind: 'text', text: `${text}\n\n${NOT_A_MODEL}` };
}
