import type { AgentResult } from '../../types/agent.ts';
import type { ErrorReport } from '../../types/error.ts';
import { VideoToolsetError } from '../errors.ts';
import { redact } from '../log.ts';
import type { AgentPrompt } from './prompt.ts';

/** Of what a model's server says; some answer with a whole page. */
const LONGEST_REASON = 500;

export interface EndOfRun {
  signal: AbortSignal | undefined;
  reached: AgentResult;
  /** Is a call under way whose result is not known? */
  isOpen: boolean;
  secrets: readonly string[] | undefined;
}

/** Why a run ended before its agent was done. */
export function reportOf(error: unknown, { signal, reached, isOpen, secrets }: EndOfRun): ErrorReport {
  if (signal?.aborted && isOpen && reached.jobs.length === 0)
    return new VideoToolsetError('aborted', 'Stopped during a call whose outcome is not known yet.', {
      cause: error,
      submitted: 'unknown',
      retryable: true,
      next_step: 'Go on with the session: a clip that was asked for is found, and is not paid for twice.',
    }).report();
  if (signal?.aborted)
    return new VideoToolsetError('aborted', 'Stopped. Jobs that were made were left alone.', {
      cause: error,
      retryable: true,
    }).report();
  if (error instanceof VideoToolsetError) return error.report();
  const message = redact(reasonOf(error), secrets).slice(0, LONGEST_REASON);
  return new VideoToolsetError('model_failed', `The agent's model could not be used: ${message}`, {
    cause: error,
    retryable: true,
    next_step:
      'Check AGENT_MODEL, AGENT_BASE_URL and the key, or leave them unset to use the offline model; jobs that were made go on.',
  }).report();
}

/** A call of the run may have made a job that nobody knows: what went wrong after it says nothing of that. */
export function leaveUnclear(reached: AgentResult): void {
  const unclear = (report: ErrorReport): ErrorReport =>
    report.submitted === 'no' ? { ...report, submitted: 'unknown', billed: 'unknown' } : report;
  if (reached.error !== undefined) reached.error = unclear(reached.error);
  if (reached.failure !== undefined) reached.failure = unclear(reached.failure);
}

/** What the SDK says, and what it was that it was told: the one without the other says little. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('lastError' in error && error.lastError instanceof Error) return `${reasonOf(error.lastError)}, again and again`;
  let first: Error = error;
  for (let depth = 0; first.cause instanceof Error && depth < 5; depth++) first = first.cause;
  return error.message.includes(first.message) ? error.message : `${error.message}: ${first.message}`;
}

/** Our own tools never throw: what has no answer was not called. */
export function failedCall(
  { name: agent }: AgentPrompt,
  tool: string,
  isThere: boolean,
  error: unknown,
): VideoToolsetError {
  if (error instanceof VideoToolsetError) return error;
  if (!isThere) return new VideoToolsetError('unknown_tool', `${agent} called a tool that is not there.`);
  return new VideoToolsetError('invalid_argument', `${agent} called ${tool} with arguments that are not JSON.`);
}

export function cutShort({ name }: AgentPrompt, reason: string): VideoToolsetError {
  return new VideoToolsetError(
    'model_failed',
    `The model of ${name} ended its answer before it was done (${reason}).`,
    {
      retryable: true,
      next_step: 'Go on with the session; jobs that were made go on, and video_list shows them.',
    },
  );
}

export function stepLimit({ name, max_steps }: AgentPrompt): VideoToolsetError {
  return new VideoToolsetError(
    'step_limit',
    `${name} was stopped after ${max_steps} model turns without a final answer.`,
    {
      next_step: 'Look at the jobs it made (video_list), then resume the session with a smaller request.',
    },
  );
}

export function saidNothing({ name }: AgentPrompt): VideoToolsetError {
  return new VideoToolsetError('model_failed', `The model of ${name} said nothing, and called no tool.`, {
    retryable: true,
    next_step: 'Ask again, or take another model (AGENT_MODEL).',
  });
}
