import type { JSONValue } from 'ai';
import type { ToolResult } from '../../../types/tool.ts';
import { refusedResult } from '../../tools/refused.ts';
import { resultText } from '../../tools/run.ts';

/** What the model is told of a result: its summary and its data, marked where it is an error. */
export function toModelOutput({ output }: { output: ToolResult }): { type: 'json' | 'error-json'; value: JSONValue } {
  const { isError, summary, data } = output;
  return { type: isError ? 'error-json' : 'json', value: JSON.parse(JSON.stringify({ summary, ...data })) };
}

/**
 * The reason to give with a no, so that the model is told what it means.
 * @example addToolApprovalResponse({ id, approved: false, reason: refusalReason('video_create') })
 */
export function refusalReason(toolName: string): string {
  return resultText(refusedResult(toolName));
}
