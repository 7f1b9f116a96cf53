import { type FunctionTool, tool as functionTool } from '@openai/agents';
import type { Tool, ToolContext } from '../../../types/tool.ts';
import { resultText, runTool } from '../../tools/run.ts';
import { type StrictParameters, strictParameters } from '../../tools/strict.ts';
import { answerTo, asksFirst, keepTool, sessionOf } from './approvals.ts';
import { failureText, givenUpText, keepCall } from './outcomes.ts';

/** What every call is given; with an `approve` of its own the tools ask through it, and never interrupt a run. */
export interface OpenAiAgentsOptions extends Omit<ToolContext, 'handOff'> {
  /** How long a call may take, in milliseconds; what waits ends by itself before. @default as long as it takes */
  timeoutMs?: number;
}

/** As the SDK's `tool()` makes them, for agents of whatever context. */
export type VideoFunctionTool<Context = unknown> = FunctionTool<Context, StrictParameters, string>;

/** Part of its time that a call may wait: enough is left for what it has to say. */
const WAITING_SHARE = 0.8;

/** Tools for an `Agent` of the OpenAI Agents SDK. */
export function toOpenAiAgentsTools<Context = unknown>(
  tools: readonly Tool[],
  options: OpenAiAgentsOptions = {},
): VideoFunctionTool<Context>[] {
  return tools.map((tool) => toFunctionTool<Context>(tool, options));
}

function toFunctionTool<Context>(tool: Tool, { timeoutMs, ...given }: OpenAiAgentsOptions): VideoFunctionTool<Context> {
  const { name, description, parameters, question } = tool;
  const context = timeoutMs === undefined ? given : { ...given, waitLimitMs: waitLimitOf(timeoutMs, given) };
  const mayInterrupt = question !== undefined && context.approve === undefined;
  const made = functionTool<StrictParameters, Context, string>({
    name,
    description,
    parameters: strictParameters(parameters),
    strict: true,
    execute(input: unknown, runContext, details) {
      const signals = [context.signal, details?.signal].filter((signal) => signal !== undefined);
      const { callId } = details?.toolCall ?? {};
      const answered = { approve: answerTo(tool, runContext, callId), ...sessionOf(runContext, callId) };
      const call = runTool(tool, input, { ...answered, ...context, signal: AbortSignal.any(signals) }).then(resultText);
      return keepCall(call, details?.toolCall);
    },
    needsApproval:
      mayInterrupt && ((runContext, input: unknown, callId) => asksFirst(tool, input, context, runContext, callId)),
    errorFunction: (_context, error) => failureText(tool, error),
    ...(timeoutMs !== undefined && {
      timeoutMs,
      timeoutErrorFunction: (_context, _error, details) => givenUpText(tool, timeoutMs, details?.toolCall),
    }),
  });
  keepTool(made, tool, context);
  return made;
}

function waitLimitOf(timeoutMs: number, { waitLimitMs = Number.POSITIVE_INFINITY }: ToolContext): number {
  return Math.min(waitLimitMs, Math.ceil(timeoutMs * WAITING_SHARE));
}
