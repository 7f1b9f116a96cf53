import type { ServerResponse } from 'node:http';
import { answerJson, listen, type Received, type TestServer } from './server.ts';

export interface ChatMessage {
  role: string;
  content?: unknown;
  tool_calls?: unknown;
  tool_call_id?: string;
}

/** What the scripted model says to the messages it got. */
export type ChatTurn =
  | string
  /** @property id of the call; one of its own if left out */
  | { tool: string; input: unknown; id?: string; finish?: 'length' | 'eos' }
  /** Arguments exactly as a careless model may write them. */
  | { tool: string; json: string }
  /** Several at once. */
  | { calls: readonly { tool: string; input: unknown }[] }
  | { status: number; message: string }
  /** An answer that ends in the midst of it. */
  | { text: string; finish: 'length' | 'content_filter' }
  | 'close the connection';

export type ChatScript = (messages: ChatMessage[], request: Received) => ChatTurn | Promise<ChatTurn>;

/** A real server that speaks OpenAI's chat completions, whole or as a stream, and says what a function says. */
export function listenAsModel(script: ChatScript): Promise<TestServer> {
  return listen(async (request, response) => {
    const body: { messages: ChatMessage[]; stream?: boolean } = JSON.parse(request.body.toString());
    const turn = await script(body.messages, request);
    if (turn === 'close the connection') return response.destroy();
    if (typeof turn === 'object' && 'status' in turn) {
      return answerJson(response, { error: { message: turn.message, type: 'scripted' } }, turn.status);
    }
    return body.stream === true ? answerStream(response, turn) : answerWhole(response, turn);
  });
}

type Said = Exclude<ChatTurn, { status: number }>;

const ENVELOPE = { id: 'chatcmpl-1', created: 1, model: 'scripted' };
const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

function answerWhole(response: ServerResponse, turn: Said): void {
  const message = { role: 'assistant', content: textOf(turn) ?? null, ...calls(turn) };
  const choices = [{ index: 0, message, finish_reason: finishReason(turn) }];
  answerJson(response, { ...ENVELOPE, object: 'chat.completion', choices, usage: USAGE });
}

function answerStream(response: ServerResponse, turn: Said): void {
  const words = textOf(turn)?.match(/\S+\s*/g) ?? [];
  const deltas = [...words.map((content) => ({ content })), calls(turn)];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta: object, finish_reason: string | null = null) => {
    const chunk = { ...ENVELOPE, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ role: 'assistant' });
  for (const delta of deltas) send(delta);
  send({}, finishReason(turn));
  response.end('data: [DONE]\n\n');
}

let callCount = 0;

function calls(turn: Said): { tool_calls?: object[] } {
  if (typeof turn === 'string' || 'text' in turn) return {};
  const wanted = 'calls' in turn ? turn.calls : [turn];
  const tool_calls = wanted.map((call, index) => {
    const args = 'json' in call ? call.json : JSON.stringify(call.input);
    const id = ('id' in call ? call.id : undefined) ?? `call_${++callCount}`;
    return { index, id, type: 'function', function: { name: call.tool, arguments: args } };
  });
  return { tool_calls };
}

function textOf(turn: Said): string | undefined {
  if (typeof turn === 'string') return turn;
  return 'text' in turn ? turn.text : undefined;
}

function finishReason(turn: Said): string {
  if (typeof turn === 'object' && 'finish' in turn && turn.finish !== undefined) return turn.finish;
  return typeof turn === 'string' ? 'stop' : 'tool_calls';
}

/** The result of the last tool call, as the model was told it. */
export function lastResult(messages: ChatMessage[]): Record<string, unknown> | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'tool' || typeof last.content !== 'string') return undefined;
  try {
    return JSON.parse(last.content);
  } catch {
    return { summary: last.content };
  }
}

/** Does what each result names as the next step, beginning with this call; says `done` at the end. */
export function obedient(first: { tool: string; input: unknown }, done = 'All done.'): ChatScript {
  return (messages) => {
    const result = lastResult(messages);
    if (result === undefined) return first;
    const [, tool = '', json = ''] = /^Call (\w+) with (\{.*\})$/.exec(String(result.next_step)) ?? [];
    return tool === '' ? done : { tool, json };
  };
}

/** Makes the call that the user's message holds, and answers with what it is told. */
export const puppet: ChatScript = (messages) => {
  const last = messages.at(-1);
  return last?.role === 'user' ? JSON.parse(String(last.content)) : String(last?.content);
};
