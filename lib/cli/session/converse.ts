import path from 'node:path';
import type { AgentResult } from '../../../types/agent.ts';
import { toToolsetError } from '../../errors.ts';
import type { Invocation } from '../invocation.ts';
import { printError, tell } from '../output.ts';
import { type Conversation, runCommand } from './commands.ts';
import type { Crew } from './crew.ts';
import { openHistory } from './history.ts';
import { openKeyboard } from './keyboard.ts';
import { titleOf } from './lines.ts';
import { type OpenedSession, openSession } from './open.ts';
import { exitCodeOfTurn, openJobs, runTurn } from './turn.ts';

const PROMPT = '> ';
/** A path with a slash before it is a part of a request. */
const COMMAND = /^\/[^\s/.]*(?:\s|$)/;

export interface ConverseOptions {
  crew: Crew;
  stream: boolean;
  /** Of the session to go on with. @default a new one */
  id?: string | undefined;
}

/**
 * Requests and answers on a terminal, until Ctrl-D. A turn that fails, or is stopped, does not end it.
 * @returns 0 where a turn worked, or where none was asked for; otherwise the exit code of the last one
 */
export async function converse({ crew, stream, id }: ConverseOptions, invocation: Invocation): Promise<number> {
  const { runtime, progress, signal } = invocation;
  const sessions = await runtime.sessions();
  const history = await openHistory(path.join(runtime.config.state, 'agent_history'));
  const keyboard = openKeyboard();
  let opened: OpenedSession = await openSession(sessions, id === undefined ? { agent: crew.agent } : { id });
  const usage = { inputTokens: 0, outputTokens: 0 };
  let isOver = false;
  let exitCode = 0;
  let hasWorked = false;

  const conversation: Conversation = {
    ...{ invocation, crew, usage },
    session: () => opened.session,
    async resume(wanted) {
      const { id: whole, agent } = await sessions.load(wanted);
      if (whole === opened.session.id) return;
      await crew.launcher.load(agent);
      const next = await openSession(sessions, { id: whole });
      await opened[Symbol.asyncDispose]();
      opened = next;
    },
    quit() {
      isOver = true;
    },
  };

  const turn = async (request: string): Promise<void> => {
    const stop = new AbortController();
    const onInterrupt = () => {
      if (stop.signal.aborted) process.exit(130);
      progress.note('Stopping; Ctrl-C again ends the program.');
      stop.abort();
    };
    const turnSignal = AbortSignal.any([signal, stop.signal]);
    const approve = invocation.approveInTurn(turnSignal, onInterrupt);
    const result = await keyboard.whileWorking(
      () =>
        runTurn(request, {
          ...{ ...invocation, launcher: crew.launcher, session: opened.session, stream, signal: turnSignal },
          approve: approve && ((asked) => keyboard.lend(() => approve(asked))),
        }),
      onInterrupt,
    );
    usage.inputTokens += result.usage?.inputTokens ?? 0;
    usage.outputTokens += result.usage?.outputTokens ?? 0;
    tellWhatIsLeft(result);
    exitCode = exitCodeOfTurn(result);
    hasWorked ||= exitCode === 0;
  };

  try {
    greet(conversation, invocation);
    while (!isOver && !signal.aborted) {
      const words = await keyboard.read(PROMPT, history.entries, signal);
      if (words === undefined) {
        tell('\n');
        break;
      }
      if (words === '') continue;
      await history.add(words);
      // What fails here is told, and the conversation goes on.
      const isCommand = COMMAND.test(words);
      await (isCommand ? runCommand(words, conversation) : turn(words)).catch((error) => {
        printError(toToolsetError(error).report());
        if (!isCommand) exitCode = 1;
      });
      tell('\n');
    }
    const { id, messages } = opened.session;
    if (messages.length > 0) progress.note(`Go on with: video-toolset sessions resume ${id}`);
  } finally {
    await opened[Symbol.asyncDispose]();
  }
  if (signal.aborted) return 130;
  return hasWorked ? 0 : exitCode;
}

function greet({ session, crew }: Conversation, { runtime: { config }, progress }: Invocation): void {
  progress.note(`${titleOf(session())}; model ${config.agentModel}`);
  if (crew.toolset.definitions().length > 0)
    progress.note(
      `More tools: ${crew.toolset
        .definitions()
        .map(({ name }) => name)
        .join(', ')}`,
    );
  progress.note('Say what to make. /help lists the commands; Ctrl-C stops a turn, Ctrl-D ends the session.');
}

function tellWhatIsLeft(result: AgentResult): void {
  const { error, session } = result;
  const open = openJobs(result);
  const [are, them] = open.length === 1 ? ['goes', 'it'] : ['go', 'them'];
  const isStopped = error?.code === 'aborted' && open.length > 0;
  if (error !== undefined && !isStopped) printError(error);
  if (open.length === 0) return;
  tell(isStopped ? `Stopped. ${open.join(' ')} ${are} on.\n` : `Not finished yet: ${open.join(' ')}\n`);
  tell(`Say "go on" to wait for ${them}, here or later: video-toolset sessions resume ${session}\n`);
}
