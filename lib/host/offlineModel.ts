import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { nextTurn, type Turn } from './offlineTurn.ts';

const NO_USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

/**
 * A stand-in for a language model that needs no key and no network: it reads length, shape and publishing out of the
 * request, then does what each tool result names as the next step. It is no language model, and always says so.
 */
export function createOfflineModel(): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'video-toolset',
    modelId: 'offline',
    supportedUrls: {},

    async doGenerate(options) {
      const turn = turnOf(options);
      return { content: [contentOf(turn)], finishReason: finishReasonOf(turn), usage: NO_USAGE, warnings: [] };
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

function contentOf(turn: Turn): LanguageModelV4Content {
  return turn.kind === 'text'
    ? { type: 'text', text: turn.text }
    : { type: 'tool-call', toolCallId: turn.id, toolName: turn.tool, input: JSON.stringify(turn.input) };
}

function finishReasonOf(turn: Turn) {
  return { unified: turn.kind === 'text' ? ('stop' as const) : ('tool-calls' as const), raw: undefined };
}

function* partsOf(turn: Turn): Generator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  const content = contentOf(turn);
  if (content.type === 'text') {
    yield { type: 'text-start', id: 'answer' };
    for (const word of content.text.match(/\S+\s*/g) ?? []) yield { type: 'text-delta', id: 'answer', delta: word };
    yield { type: 'text-end', id: 'answer' };
  } else if (content.type === 'tool-call') {
    yield content;
  }
  yield { type: 'finish', usage: NO_USAGE, finishReason: finishReasonOf(turn) };
}
