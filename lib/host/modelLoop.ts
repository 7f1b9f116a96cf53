import type { ModelMessage, ToolLoopAgent } from 'ai';
import type { AgentEvent } from '../../types/agent.ts';
import { VideoToolsetError } from '../errors.ts';

/** What came of a loop of model turns and tool calls. */
export interface Answer {
  text: string;
  finishReason: string;
  responseMessages: ModelMessage[];
  /** Tools that the model called although it has none of that name. */
  unknownTools: string[];
}

type Generated = Awaited<ReturnType<ToolLoopAgent['generate']>>;
type Streamed = Awaited<ReturnType<ToolLoopAgent['stream']>>;
type OnEvent = ((event: AgentEvent) => void) | undefined;

/** The answer of a model that was not asked to stream. */
export async function whole(result: Generated, onEvent: OnEvent): Promise<Answer> {
  if (result.text !== '') onEvent?.({ type: 'text', text: result.text });
  const { text, finishReason, responseMessages } = result;
  return { text, finishReason, responseMessages, unknownTools: failedCalls(result.steps) };
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
    unknownTools: failedCalls(await result.steps),
  };
}

/** Our own tools never throw, so what the loop itself reports as an error is a call of a tool that is not there. */
function failedCalls(steps: Generated['steps']): string[] {
  return steps.flatMap((step) => step.content.flatMap((part) => (part.type === 'tool-error' ? [part.toolName] : [])));
}
