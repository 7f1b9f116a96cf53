import type { AgentResult } from '../../types/agent.ts';
import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { defineTool } from '../tools/tool.ts';

/** An agent that work can be handed to; it runs with a session of its own. */
export interface HandOffAgent {
  name: string;
  /** What it can do, for the model that hands work to it. */
  description: string;
  run(request: string, context: ToolContext): Promise<AgentResult>;
}

/** One tool an agent: `hand_off_<name>`. What comes back is data (addresses, paths, jobs), not just prose. */
export function handOffToolset(agents: readonly HandOffAgent[]): Tool[] {
  return agents.map(handOffTool);
}

function handOffTool({ name, description, run }: HandOffAgent): Tool {
  return defineTool({
    name: `hand_off_${name}`,
    title: `Hand off to ${name}`,
    description:
      `${description} Hands one piece of work to ${name}, which knows nothing of this conversation, and returns what it ` +
      'made. Costs money on a paid server where it makes a clip; several hand-offs may run at once.',
    parameters: {
      type: 'object',
      properties: {
        task: {
          type: 'string',
          minLength: 1,
          maxLength: 32_000,
          description: 'The whole task: what to show, length, shape, publish or not.',
        },
        context: {
          type: 'string',
          maxLength: 32_000,
          description: 'What else it needs to know, such as a shared look.',
        },
        files: {
          type: 'array',
          items: { type: 'string' },
          maxItems: 20,
          description: 'Files of the workspace it may use, by their paths.',
        },
      },
      required: ['task'],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: true,
      costsMoney: true,
    },
    async handler({ task, context, files = [] }, toolContext) {
      const parts = [
        task,
        context && `Context: ${context}`,
        files.length > 0 && `Files in the workspace: ${files.join(', ')}`,
      ];
      return resultOf(name, await run(parts.filter(Boolean).join('\n\n'), toolContext));
    },
  });
}

function resultOf(agent: string, { error, text, jobs, files, published, session }: AgentResult): ToolResult {
  const reached = { jobs, files, published, text, session };
  if (error !== undefined) return { isError: true, summary: `${agent}: ${error.message}`, data: { error, ...reached } };
  const summary = `${agent} is done: ${jobs.length} jobs, ${files.length} files saved, ${published.length} published.`;
  return { summary, data: reached };
}
