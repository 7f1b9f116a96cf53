import type { Tool } from '../../types/tool.ts';
import { TOOL_NAMES } from '../config/tools.ts';
import { VideoToolsetError } from '../errors.ts';

const ANY_TOOL = new RegExp(`\\b(?:${TOOL_NAMES.join('|')})\\b`, 'g');

/**
 * The tool as a model has it beside these tools only: no other one is named as its next step. What is below the tools knows
 * all of them, and not which were chosen, or are offered.
 */
export function withinReach(tool: Tool, toolNames: readonly string[]): Tool {
  const isBeyond = (step: string | undefined) => namesOther(step, toolNames);
  return {
    ...tool,
    async run(input, context) {
      try {
        const result = await tool.run(input, context);
        const { next_step, ...data } = result.data;
        return isBeyond(next_step) ? { ...result, data } : result;
      } catch (error) {
        throw error instanceof VideoToolsetError && isBeyond(error.facts.next_step)
          ? withOtherStep(error, tool)
          : error;
      }
    },
  };
}

/** Does a step name a tool that is not among these? */
export function namesOther(step: string | undefined, toolNames: readonly string[]): boolean {
  return step?.match(ANY_TOOL)?.some((name) => !toolNames.includes(name)) === true;
}

function withOtherStep(error: VideoToolsetError, { annotations }: Tool): VideoToolsetError {
  const { code, message, facts } = error;
  const next_step =
    annotations.costsMoney && facts.retryable === true
      ? 'Make the same call again: it goes on with the same clip, and pays for nothing twice.'
      : 'Tell the user how it stands: no tool here goes on with it.';
  return new VideoToolsetError(code, message, { ...facts, cause: error, next_step });
}
