import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { toToolsetError } from '../errors.ts';

/** Runs a tool and turns whatever it throws into a result: the one place where that is done. Never rejects. */
export async function runTool(tool: Tool, input: unknown, context: ToolContext = {}): Promise<ToolResult> {
  try {
    return await tool.run(input, context);
  } catch (error) {
    return errorResult(error);
  }
}

export function errorResult(error: unknown): ToolResult {
  const known = toToolsetError(error);
  return { isError: true, summary: known.message, data: { error: known.report() } };
}
