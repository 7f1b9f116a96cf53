import type { ToolSet as ModelTools } from 'ai';
import type { AgentEvent, AgentResult } from '../../types/agent.ts';
import type { ToolContext, ToolResult } from '../../types/tool.ts';
import { collect } from './agentResult.ts';
import type { OpenCalls } from './openCalls.ts';
import type { ToolSet } from './ToolSet.ts';

export interface CallOptions {
  context: ToolContext;
  reached: AgentResult;
  openCalls: OpenCalls;
  onEvent: ((event: AgentEvent) => void) | undefined;
  /** Told of every call, before it is made. */
  onCall(tool: string, call: Promise<unknown>): void;
  onResult(tool: string, result: ToolResult): void;
}

/** A set of tools as the AI SDK's loop takes them; every call is told, kept and collected. */
export async function modelTools(toolset: ToolSet, options: CallOptions): Promise<ModelTools> {
  const { dynamicTool, jsonSchema } = await import('ai');
  const entries = toolset.definitions().map(({ name, description, parameters }) => {
    const execute = (input: unknown, { toolCallId }: { toolCallId: string }) => {
      const call = runCall({ id: toolCallId, name, input }, toolset, options);
      options.onCall(name, call);
      return call;
    };
    return [name, dynamicTool({ description, inputSchema: jsonSchema(parameters), execute })] as const;
  });
  return Object.fromEntries(entries);
}

async function runCall(
  call: { id: string; name: string; input: unknown },
  toolset: ToolSet,
  { context, reached, openCalls, onEvent, onResult }: CallOptions,
): Promise<string> {
  const { name, input } = call;
  const open = await openCalls.begun(call);
  onEvent?.({ type: 'tool-start', name });
  const started = performance.now();
  const result = await toolset.call(name, input, {
    ...context,
    ...(context.handOff && { handOff: { ...context.handOff, onSession: open.handedTo } }),
    progress: (report) => onEvent?.({ type: 'tool-progress', name, report }),
  });
  const ms = Math.round(performance.now() - started);
  const ok = result.isError !== true;
  collect(reached, name, result);
  onResult(name, result);
  const { error } = result.data;
  reached.tool_calls.push({ name, ok, ms, ...(error && { code: error.code }) });
  onEvent?.({ type: 'tool-end', name, ok, summary: result.summary, ms });
  const told = JSON.stringify({ summary: result.summary, ...result.data });
  // Whoever cannot note it knows it all the same; the next turn tries again, or ends the run.
  await open.ended(told).catch(() => undefined);
  return told;
}
