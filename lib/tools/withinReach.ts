import type { Tool, ToolResult } from '../../types/tool.ts';
import { TOOL_NAMES } from '../config/tools.ts';
import { VideoToolsetError } from '../errors.ts';

const ANY_TOOL = new RegExp(`\\b(?:${TOOL_NAMES.join('|')})\\b`, 'g');

/**
 * The tool as a model has it beside these tools only: no other one is named as its next step. What is below the tools knows
 * all of them, and not which were chosen, or are offered.
 */
export function withinReach(tool: Tool, toolNames: readonly string[]): Tool {
  return {
    ...tool,
    async run(input, context) {
      try {
        return resultWithinReach(await tool.run(input, context), toolNames);
      } catch (error) {
        if (!(error instanceof VideoToolsetError) || !namesOther(error.facts.next_step, toolNames)) throw error;
        const { code, message, facts } = error;
        const next_step = otherStep(facts.retryable);
        throw new VideoToolsetError(code, message, { ...facts, cause: error, next_step });
      }
    },
  };
}

/** The same of what a tool returned. */
export function resultWithinReach(result: ToolResult, toolNames: readonly string[]): ToolResult {
  const { next_step, ...data } = result.data;
  const { error } = data;
  if (error !== undefined && namesOther(error.next_step, toolNames))
    return { ...result, data: { ...data, error: { ...error, next_step: otherStep(error.retryable) } } };
  return namesOther(next_step, toolNames) ? { ...result, data } : result;
}

/** Does a step name a tool of ours that is not among these? */
export function namesOther(step: string | undefined, toolNames: readonly string[]): boolean {
  return step?.match(ANY_TOOL)?.some((name) => !toolNames.includes(name)) === true;
}

function otherStep(isRetryable = false): string {
  return isRetryable
    ? 'Make the same call again: what was sent is found, and is not paid for twice.'
    : 'Tell the user how it stands: no tool here goes on with it.';
}
