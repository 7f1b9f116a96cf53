import type { AgentEvent, AgentResult } from '../../../types/agent.ts';
import { VideoToolsetError } from '../../errors.ts';
import type { AgentLauncher } from '../../host/AgentLauncher.ts';
import type { Session } from '../../host/sessions.ts';
import type { Invocation } from '../invocation.ts';
import { exitCodeOf, print } from '../output.ts';

export interface TurnOptions extends Pick<Invocation, 'json' | 'progress' | 'signal' | 'approve'> {
  launcher: AgentLauncher;
  session: Session;
  /** Asks the model for a stream. */
  stream: boolean;
}

/** One request to an agent and what it says: its words on stdout as they come, what its tools do on stderr. */
export async function runTurn(request: string, options: TurnOptions): Promise<AgentResult> {
  const { launcher, session, stream, signal, approve, progress } = options;
  if (request.trim() === '')
    throw new VideoToolsetError('invalid_argument', 'The request is empty: say what the clip should show.');
  const shown = showing(session.agent, options);
  progress.busy(`${session.agent} is thinking`);
  try {
    return await launcher.run(session.agent, request, {
      ...{ session, signal, stream },
      onEvent: shown.event,
      toolContext: { ...(approve && { approve }) },
    });
  } finally {
    shown.end();
  }
}

/** The jobs of a turn that are not finished. */
export function openJobs({ jobs }: AgentResult): string[] {
  return jobs.filter(({ status }) => status === 'queued' || status === 'in_progress').map(({ id }) => id);
}

export function exitCodeOfTurn(result: AgentResult): number {
  const { error, failure, jobs, files, published } = result;
  if (error !== undefined) return exitCodeOf(error.code);
  if (openJobs(result).length > 0) return 4;
  const hasClip = files.length > 0 || published.length > 0;
  const hasFailed = jobs.some(({ status }) => ['failed', 'cancelled', 'expired'].includes(status));
  if (failure?.code === 'over_budget' || failure?.code === 'not_approved') return exitCodeOf(failure.code);
  return failure !== undefined || (hasFailed && !hasClip) ? 1 : 0;
}

function showing(agent: string, { progress, json }: TurnOptions) {
  let isMidLine = false;
  const endLine = () => {
    if (isMidLine) print('\n');
    isMidLine = false;
  };
  return {
    event(event: AgentEvent) {
      // The words of an agent that works for this one come back as a result.
      if (event.type === 'text' && (event.agent !== undefined || json)) return;
      if (event.type === 'text') {
        progress.end();
        print(event.text);
        isMidLine = !event.text.endsWith('\n');
        return;
      }
      const name = event.agent === undefined ? event.name : `${event.agent} › ${event.name}`;
      if (event.type === 'tool-progress') return progress.report(event.report, name);
      if (event.agent === undefined) endLine();
      if (event.type === 'tool-start') progress.busy(name);
      if (event.type === 'tool-end') {
        progress.ended(name);
        progress.note(`${event.ok ? '✓' : '✗'} ${name}: ${event.summary}`);
        progress.busy(`${event.agent ?? agent} is thinking`);
      }
    },
    end() {
      progress.end();
      endLine();
    },
  };
}
