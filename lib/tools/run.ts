import type { ApprovalRequest, Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { toToolsetError } from '../errors.ts';
import { reliable } from './hostContext.ts';

/** Runs a tool and turns whatever it throws into a result: the one place where that is done. Never rejects. */
export async function runTool(tool: Tool, input: unknown, context: ToolContext = {}): Promise<ToolResult> {
  const call = reliable(context);
  try {
    return await tool.run(input, call.context);
  } catch (error) {
    return errorResult(error);
  } finally {
    call.release();
  }
}

/**
 * What a call would ask a person, for hosts that ask before they make it. Nothing is sent, noted or reserved. Never
 * rejects: where it cannot be found out, the call itself says what is wrong, and does nothing without a yes.
 */
export async function questionOf(
  tool: Tool,
  input: unknown,
  context: ToolContext = {},
): Promise<ApprovalRequest | undefined> {
  try {
    return await tool.question?.(input, context);
  } catch {
    return undefined;
  }
}

export function errorResult(error: unknown): ToolResult {
  const known = toToolsetError(error);
  return { isError: true, summary: known.message, data: { error: known.report() } };
}

/** A result as a text, for hosts that tell their model nothing else. */
export function resultText({ summary, data }: ToolResult): string {
  return JSON.stringify({ summary, ...data });
}
