import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { isRecord } from '../../api/parse.ts';

export interface Call {
  tool: string;
  input: Record<string, unknown>;
}

/** A call of a tool, and what the model was told of it. */
export interface Step extends Call {
  result: Record<string, unknown>;
  /** Of the round: the calls of one turn are made at once. */
  turn: number;
}

/** A request of the user, and the calls that followed from it. */
export interface Round {
  request: string;
  steps: Step[];
  /** How many turns of the model made calls. */
  turns: number;
  /** `turns` as it was when the user last said to go on. */
  resumedAt?: number;
}

export interface Conversation {
  /** The last one is to be answered. */
  rounds: Round[];
  /** How many calls were made in all. */
  calls: number;
}

/** What makes a planner: it hands each clip to another agent. */
export const HAND_OFF = 'hand_off_sora_agent';

const GO_ON =
  /^\s*(?:please\s+)?(?:go on|continue|resume|proceed|carry on|retry|try(?: it)? again)(?:\s+(?:with|it|that|this|the|clips?|videos?|work|now|please)\b){0,4}[\s.!]*$/i;

/** A conversation as rounds: "go on" begins none, but takes up the one before. */
export function conversationOf(prompt: LanguageModelV4Prompt): Conversation {
  const rounds: Round[] = [];
  const calls = new Map<string, { turn: number; place: number; input: unknown }>();
  let callCount = 0;
  for (const message of prompt) {
    const round = rounds.at(-1);
    if (message.role === 'user') {
      const request = message.content.map((part) => (part.type === 'text' ? part.text : '')).join(' ');
      if (round !== undefined && GO_ON.test(request)) round.resumedAt = round.turns;
      else rounds.push({ request, steps: [], turns: 0 });
    } else if (message.role === 'assistant' && round !== undefined) {
      const made = message.content.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
      for (const [place, { toolCallId, input }] of made.entries())
        calls.set(toolCallId, { turn: round.turns, place, input });
      callCount += made.length;
      if (made.length > 0) round.turns++;
    } else if (message.role === 'tool' && round !== undefined) {
      // Results may come in another order than the calls were made in.
      const place = ({ toolCallId }: { toolCallId: string }) => calls.get(toolCallId)?.place ?? 0;
      const results = message.content.flatMap((part) => (part.type === 'tool-result' ? [part] : []));
      for (const { toolCallId, toolName, output } of results.toSorted((a, b) => place(a) - place(b))) {
        const { turn = Math.max(0, round.turns - 1), input } = calls.get(toolCallId) ?? {};
        round.steps.push({ tool: toolName, input: recordOf(input), result: resultOf(output), turn });
      }
    }
  }
  return { rounds, calls: callCount };
}

export function isGoOn(request: string): boolean {
  return GO_ON.test(request);
}

export function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  const record = typeof value === 'string' ? parsed(value) : value;
  return isRecord(record) ? record : {};
}

/** What is no JSON is taken as words, and nothing in it is followed. */
/** A call that was refused has a reason instead of a value. */
function resultOf({ value, reason }: { value?: unknown; reason?: unknown }): Record<string, unknown> {
  const told = value ?? reason ?? '';
  const result = typeof told === 'string' ? parsed(told) : told;
  return isRecord(result) ? result : { summary: String(told) };
}
