import type { ModelMessage, ToolLoopAgent } from 'ai';
import type { AgentEvent } from '../../types/agent.ts';
import { VideoToolsetError } from '../errors.ts';

/** What came of a loop of model turns and tool calls. */
export interface Answer {
  text: string;
  finishReason: string;
  responseMessages: ModelMessage[];
  failedCalls: FailedCall[];
  /** Was the loop stopped after a turn that called tools? */
  isStopped: boolean;
}

/** A call that no tool answered. */
export interface FailedCall {
  name: string;
  error: unknown;
  /** Did the model leave it at that? */
  isInLastRound: boolean;
}

type Generated = Awaited<ReturnType<ToolLoopAgent['generate']>>;
type Streamed = Awaited<ReturnType<ToolLoopAgent['stream']>>;
type OnEvent = ((event: AgentEvent) => void) | undefined;

/** The answer of a model that was not asked to stream. */
export async function whole(result: Generated, onEvent: OnEvent): Promise<Answer> {
  if (result.text !== '') onEvent?.({ type: 'text', text: result.text });
  const { text, finishReason, responseMessages } = result;
  return { text, finishReason, responseMessages, ...callsIn(result.steps) };
}

/** The answer of a model that streams, told word by word. @throws what the model or the stream failed with */
export async function streamed(result: Streamed, onEvent: OnEvent): Promise<Answer> {
  for await (const part of result.stream) {
    if (part.type === 'text-delta') onEvent?.({ type: 'text', text: part.text });
    if (part.type === 'error') throw part.error;
    if (part.type === 'abort') throw new VideoToolsetError('aborted', 'Stopped before it was done.');
  }
  return {
    text: await result.text,
    finishReason: await result.finishReason,
    responseMessages: await result.responseMessages,
    ...callsIn(await result.steps),
  };
}

function callsIn(steps: Generated['steps']): Pick<Answer, 'failedCalls' | 'isStopped'> {
  const last = steps.findLastIndex(({ content }) => content.some(({ type }) => type === 'tool-call'));
  const failedCalls = steps.flatMap(({ content }, index) =>
    content.flatMap((part) =>
      part.type === 'tool-error' ? [{ name: part.toolName, error: part.error, isInLastRound: index === last }] : [],
    ),
  );
  return { failedCalls, isStopped: last !== -1 && last === steps.length - 1 };
}
