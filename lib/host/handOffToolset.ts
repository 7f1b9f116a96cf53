import type { AgentResult } from '../../types/agent.ts';
import type { ErrorReport } from '../../types/error.ts';
import type { JobView, Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import { defineTool } from '../tools/tool.ts';

/** Begins the name of a tool that hands work on; the agent's name follows. */
export const HAND_OFF = 'hand_off_';

/** Agents that hand work to each other come to an end. */
const DEEPEST = 3;

/** An agent that work can be handed to; it runs with a session of its own. */
export interface HandOffAgent {
  name: string;
  /** What it can do, for the model that hands work to it. */
  description: string;
  /** @param session of an earlier hand-off to it in the same conversation, to go on with */
  run(request: string, context: ToolContext, session?: string): Promise<AgentResult>;
}

/**
 * One tool an agent: `hand_off_<name>`. The agent has a session of its own, and of its caller the workspace, ledger, budget,
 * approval, signal and progress. What comes back is data (addresses, paths, jobs, cost), not just prose.
 * @example ToolSet.of(handOffToolset([await launcher.handOffAgent('sora_agent')]))
 */
export function handOffToolset(agents: readonly HandOffAgent[]): Tool[] {
  return agents.map(handOffTool);
}

function handOffTool({ name, description, run }: HandOffAgent): Tool {
  return defineTool({
    name: `${HAND_OFF}${name}`,
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
        session: {
          type: 'string',
          minLength: 1,
          maxLength: 80,
          description: 'Only to go on with an earlier hand-off: the session its result names. It knows what it did.',
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
    async handler({ task, context, files = [], session }, toolContext) {
      if ((toolContext.handOff?.depth ?? 0) >= DEEPEST) throw tooDeep(name);
      const parts = [
        task,
        context && `Context: ${context}`,
        files.length > 0 && `Files in the workspace: ${files.join(', ')}`,
      ];
      return resultOf(name, await run(parts.filter(Boolean).join('\n\n'), toolContext, session));
    },
  });
}

/** The call that takes up a hand-off which ended before it was done. */
export function goOnCall(tool: string, session: string): string {
  return `Call ${tool} with ${JSON.stringify({ task: 'Go on.', session })}`;
}

/** An agent that leaves it at a failure has failed, whatever its words. */
function resultOf(agent: string, { error, failure, ...reached }: AgentResult): ToolResult {
  const { published, files, jobs, cost, text, session } = reached;
  const data = { published, files, jobs, ...(cost && { cost }), text, session };
  const goOn = goOnCall(`${HAND_OFF}${agent}`, session);
  const open = jobs.filter(isOpen).length;
  const last = error ?? failure;
  const isDone = error === undefined && open === 0;
  const report = last && (isDone ? ofTheWhole(last, reached) : ofTheRun(last, reached, goOn));
  if (report !== undefined)
    return { isError: true, summary: `${agent}: ${report.message}`, data: { error: report, ...data } };
  const summary =
    open > 0
      ? `${agent} is not done: ${counted(open, 'job')} still ${open === 1 ? 'runs' : 'run'}.`
      : `${agent} is done: ${counted(jobs.length, 'job')}, ${counted(files.length, 'file')} saved, ${published.length} published.`;
  return { summary, data: { ...(open > 0 && { next_step: goOn }), ...data } };
}

type Made = Pick<AgentResult, 'cost' | 'jobs'>;

/** What failed last may have cost nothing where the work did: whoever handed it off must not have it made anew. */
function ofTheWhole(report: ErrorReport, { cost, jobs }: Made): ErrorReport {
  if (report.submitted !== 'no' || (cost?.jobs ?? jobs.length) === 0) return report;
  const next_step = 'Do not hand it off again: its jobs were made. Look at them, and tell the user what is missing.';
  return { ...report, submitted: 'yes', billed: 'likely', next_step };
}

/** A run that ended before its agent had: that one alone knows what it began. */
function ofTheRun(error: ErrorReport, made: Made, next_step: string): ErrorReport {
  const report = made.jobs.some(isOpen) ? ofTheWhole(error, { jobs: made.jobs }) : ofTheWhole(error, made);
  return report.submitted === 'no' ? report : { ...report, next_step };
}

function isOpen({ status }: JobView): boolean {
  return status === 'queued' || status === 'in_progress';
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function tooDeep(agent: string): VideoToolsetError {
  return new VideoToolsetError('step_limit', `${agent} was not called: ${DEEPEST} hand-offs stand above it already.`, {
    next_step: 'Do this piece of work with the tools at hand, or report what is missing.',
  });
}
