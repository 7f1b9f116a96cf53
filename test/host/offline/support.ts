import assert from 'node:assert/strict';
import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import { createOfflineModel } from '../../../lib/host/offline/offlineModel.ts';

export const TOOLS = ['video_create', 'video_wait', 'video_retrieve', 'video_list', 'video_download', 'cdn_upload'];

export const user = (text: string): LanguageModelV4Message => ({ role: 'user', content: [{ type: 'text', text }] });

let calls = 0;
/** A call and its result, as a host tells them. */
export function step(toolName: string, input: object, result: object): LanguageModelV4Message[] {
  return steps([toolName, input, result]);
}

/** Calls of one turn, and their results. */
export function steps(...made: [toolName: string, input: object, result: object][]): LanguageModelV4Message[] {
  const named = made.map(([toolName, input, result]) => ({ toolCallId: `id_${++calls}`, toolName, input, result }));
  return [
    {
      role: 'assistant',
      content: named.map(({ result: _later, ...call }) => ({ type: 'tool-call', ...call })),
    },
    {
      role: 'tool',
      content: named.map(({ toolCallId, toolName, result }) => ({
        type: 'tool-result',
        ...{ toolCallId, toolName, output: { type: 'text', value: JSON.stringify(result) } },
      })),
    },
  ];
}

function optionsOf(prompt: LanguageModelV4Message[], tools: readonly string[]): LanguageModelV4CallOptions {
  const inputSchema = { type: 'object' } as const;
  return { prompt, tools: tools.map((name) => ({ type: 'function', name, inputSchema })) };
}

/** What the model says, or calls, a line each; both of its ways must agree. */
export async function answer(prompt: LanguageModelV4Message[], tools: readonly string[] = TOOLS) {
  const model = createOfflineModel();
  const whole = await model.doGenerate(optionsOf(prompt, tools));
  const streamed = { text: '', calls: Array.of<string>(), reason: '' };
  for await (const part of (await model.doStream(optionsOf(prompt, tools))).stream) {
    if (part.type === 'text-delta') streamed.text += part.delta;
    if (part.type === 'tool-call') streamed.calls.push(`${part.toolName} ${part.input}`);
    if (part.type === 'finish') streamed.reason = part.finishReason.unified;
  }
  const text = whole.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const made = whole.content.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
  const calls = made.map(({ toolName, input }) => `${toolName} ${input}`);
  assert.deepEqual(streamed, { text, calls, reason: whole.finishReason.unified });
  assert.equal(text === '', calls.length > 0, 'it either speaks or calls');
  assert.equal(new Set(made.map(({ toolCallId }) => toolCallId)).size, made.length, 'ids are unique');
  if (text !== '') assert.match(text, /not a language model/);
  return { text, call: calls.join('\n') };
}
