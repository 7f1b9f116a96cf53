import { setTimeout as sleep } from 'node:timers/promises';
import { ModelBehaviorError } from '@openai/agents';
import type { Tool } from '../../../types/tool.ts';
import { VideoToolsetError } from '../../errors.ts';
import { errorResult, resultText } from '../../tools/run.ts';

/** How long a call that was given up may take to say where its job stands. */
const LAST_WORD_MS = 4_000;

const calls = new WeakMap<object, Promise<string>>();

/** Keeps a call under the SDK's own record of it, for the case that it is given up. */
export function keepCall(call: Promise<string>, toolCall: object | undefined): Promise<string> {
  if (toolCall !== undefined) calls.set(toolCall, call);
  return call;
}

/** What the model is told when the SDK does not wait any longer: the call's own last word, else that nobody knows. */
export async function givenUpText(tool: Tool, timeoutMs: number, toolCall: object | undefined): Promise<string> {
  const lastWord = toolCall && calls.get(toolCall);
  const isTold = new AbortController();
  const silence = sleep(LAST_WORD_MS, undefined, { signal: isTold.signal }).catch(() => undefined);
  const told = await Promise.race([lastWord, silence]);
  isTold.abort();
  return told ?? unknownText(tool, `${tool.name} was given up after ${timeoutMs} ms.`);
}

/** What the model is told of a failure that is not the tool's own: the SDK's words would have it tried, and paid for, anew. */
export function failureText(tool: Tool, error: unknown): string {
  if (!(error instanceof ModelBehaviorError)) return unknownText(tool, `${tool.name} was broken off.`);
  const message = `${tool.name}: the arguments are not JSON. Nothing was sent.`;
  const next_step = `Correct the arguments and call ${tool.name} again.`;
  return resultText(errorResult(new VideoToolsetError('invalid_argument', message, { next_step })));
}

function unknownText({ annotations }: Tool, message: string): string {
  const error = annotations.costsMoney
    ? new VideoToolsetError('outcome_unknown', `${message} Whether a job was made is not known.`, {
        submitted: 'unknown',
        retryable: true,
        next_step: 'Make the same call again: a clip that was asked for is found, and is not paid for twice.',
      })
    : new VideoToolsetError('aborted', `${message} Nothing was spent.`, {
        retryable: true,
        next_step: 'Make the same call again.',
      });
  return resultText(errorResult(error));
}
