import type { ModelMessage } from 'ai';
import { goOnCall, HAND_OFF } from './handOffToolset.ts';

interface OpenCall {
  /** As the model's server gave it: some give all calls the same. */
  id: string;
  name: string;
  input: unknown;
  /** What it came to, as the model is told it. */
  result?: string;
  /** Of the agent that it handed work to. */
  session?: string;
}

/** The tool calls of one model turn, told before and after each, so that a killed run loses none. */
export interface OpenCalls {
  /** A new turn begins, after these messages. */
  turn(messages: readonly ModelMessage[]): Promise<void>;
  begun(call: OpenCall): Promise<BegunCall>;
  /** Is a call under way whose result is not known? */
  isOpen(): boolean;
}

interface BegunCall {
  handedTo(session: string): Promise<void>;
  ended(result: string): Promise<void>;
}

/** @param keep stores the conversation */
export function createOpenCalls(keep: (messages: readonly ModelMessage[]) => Promise<void>): OpenCalls {
  let sent: readonly ModelMessage[] = [];
  let calls: OpenCall[] = [];
  const keepAll = () => keep(withOpenCalls(sent, calls));
  return {
    async turn(messages) {
      [sent, calls] = [[...messages], []];
      await keepAll();
    },
    async begun(call) {
      const own = { ...call };
      calls.push(own);
      await keepAll();
      return {
        async handedTo(session) {
          own.session = session;
          await keepAll();
        },
        async ended(result) {
          own.result = result;
          await keepAll();
        },
      };
    },
    isOpen: () => calls.some(({ result }) => result === undefined),
  };
}

/** What a call that was cut off is said to have come to: made again, it finds what it asked for, unless it asks in other words. */
function cutOff(call: OpenCall): string {
  return JSON.stringify({
    summary: 'The call was cut off; what came of it is not known.',
    error: {
      code: 'outcome_unknown',
      message: 'The program was stopped during this call; a job may have been made.',
      submitted: 'unknown',
      billed: 'unknown',
      retryable: true,
      next_step: nextStep(call),
    },
  });
}

function nextStep({ name, input, session }: OpenCall): string {
  if (session !== undefined) return `${goOnCall(name, session)}: it knows what it did.`;
  return name.startsWith(HAND_OFF)
    ? 'Look with video_list at what was made, and hand off again only what is missing: other words make another clip, and cost anew.'
    : `Call ${name} with ${JSON.stringify(input)} again: a clip that was asked for is found, and is not paid for twice.`;
}

/**
 * A conversation with the tool calls that are under way: what a killed run leaves behind, so that a resumed one knows that
 * they were made. A call whose result is known carries it.
 */
export function withOpenCalls(messages: readonly ModelMessage[], calls: readonly OpenCall[]): ModelMessage[] {
  if (calls.length === 0) return [...messages];
  return [
    ...messages,
    {
      role: 'assistant',
      content: calls.map(({ id, name, input }) => ({ type: 'tool-call', toolCallId: id, toolName: name, input })),
    },
    {
      role: 'tool',
      content: calls.map((call) => ({
        type: 'tool-result',
        toolCallId: call.id,
        toolName: call.name,
        output: { type: 'text', value: call.result ?? cutOff(call) },
      })),
    },
  ];
}
