import type { JSONValue } from 'ai';
import type { ToolData, ToolResult } from '../../../types/tool.ts';
import { refusedResult } from '../../tools/refused.ts';
import { resultText } from '../../tools/run.ts';

/** What the model is told of a result: its summary and its data, marked where it is an error. */
export function toModelOutput({ output }: { output: ToolResult }): { type: 'json' | 'error-json'; value: JSONValue } {
  const { isError, summary, data } = output;
  if (isPreliminary(data)) return { type: 'json', value: brokenOff(summary) };
  return { type: isError ? 'error-json' : 'json', value: JSON.parse(JSON.stringify({ summary, ...data })) };
}

function isPreliminary({ progress, ...rest }: ToolData): boolean {
  return typeof Object(progress).phase === 'string' && Object.keys(rest).length === 0;
}

/** A conversation that was kept in the midst of a call holds its progress in the place of a result. */
function brokenOff(progress: string) {
  return {
    summary: `The call was broken off at: ${progress}. What was sent goes on at its server.`,
    next_step: 'See how it stands before anything is made anew; the same call finds its clip while that is made.',
  };
}

/**
 * The reason to give with a no, so that the model is told what it means.
 * @example addToolApprovalResponse({ id, approved: false, reason: refusalReason('video_create') })
 */
export function refusalReason(toolName: string): string {
  return resultText(refusedResult(toolName));
}
