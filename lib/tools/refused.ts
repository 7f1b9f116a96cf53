import type { ToolResult } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import { errorResult } from './run.ts';

/** What a model is told of a call that a person refused before it was made, in hosts that ask beforehand. */
export function refusedResult(toolName: string): ToolResult {
  const message = `${toolName} was not carried out: it was refused. Nothing was sent.`;
  return errorResult(
    new VideoToolsetError('not_approved', message, { next_step: 'Tell the user that it was not done.' }),
  );
}
