import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { nextTurn, type Turn } from './turn.ts';

const NO_USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

/**
 * A stand-in for a language model that needs no key and no network: it reads out of the request, by plain
 * rules, what is to be made of which clips, then does what each tool result names as the next step. It is no language model, and always says so.
 */
export function createOfflineModel(): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'video-toolset',
    modelId: 'offline',
    supportedUrls: {},

    async doGenerate(options) {
      const turn = turnOf(options);
      return { content: contentOf(turn), finishReason: finishReasonOf(turn), usage: NO_USAGE, warnings: [] };
    },

    async doStream(options) {
      const turn = turnOf(options);
      return { stream: ReadableStream.from(partsOf(turn)) };
    },
  };
}

function turnOf({ prompt, tools = [] }: LanguageModelV4CallOptions): Turn {
  return nextTurn(
    prompt,
    tools.map(({ name }) => name),
  );
}

function contentOf(turn: Turn): LanguageModelV4Content[] {
  if (turn.kind === 'text') return [{ type: 'text', text: turn.text }];
  return turn.calls.map(({ id, tool, input }) => ({
    type: 'tool-call',
    toolCallId: id,
    toolName: tool,
    input: JSON.stringify(input),
  }));
}

function finishReasonOf(turn: Turn) {
  return { unified: turn.kind === 'text' ? ('stop' as const) : ('tool-calls' as const), raw: undefined };
}

function* partsOf(turn: Turn): Generator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  for (const content of contentOf(turn)) {
    if (content.type === 'text') {
      yield { type: 'text-start', id: 'answer' };
      for (const word of content.text.match(/\S+\s*/g) ?? []) yield { type: 'text-delta', id: 'answer', delta: word };
      yield { type: 'text-end', id: 'answer' };
    } else if (content.type === 'tool-call') {
      yield content;
    }
  }
  yield { type: 'finish', usage: NO_USAGE, finishReason: finishReasonOf(turn) };
}
