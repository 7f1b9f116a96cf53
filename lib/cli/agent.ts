import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { AgentResult } from '../../types/agent.ts';
import { VideoToolsetError } from '../errors.ts';
import { type Invocation, invoke } from './invocation.ts';
import { printError, printJson, tell, withAbsolutePaths } from './output.ts';
import { converse } from './session/converse.ts';
import { openCrew } from './session/crew.ts';
import { openSession } from './session/open.ts';
import { exitCodeOfTurn, openJobs, runTurn } from './session/turn.ts';

export interface AgentOptions {
  agent?: string;
  toolset: string[];
  /** The id of a session. */
  resume?: string;
  stream: boolean;
}

export function registerAgent(program: Command): void {
  const command = program
    .command('agent [request]')
    .description('hand a request to sora_agent, or talk to it')
    .option('--agent <name|file>', 'another agent: its name, or its file *.prompt.md');
  register(command, 'sora_agent');
}

export function registerPlan(program: Command): void {
  register(program.command('plan [request]').description('hand it to planner_agent: several clips'), 'planner_agent');
}

function register(command: Command, agent: string): void {
  withAgentOptions(command)
    .option('--resume <session>', 'go on with a session')
    .action((request: string | undefined, options: AgentOptions, command: Command) =>
      invoke(command, (invocation) => runAgent(request, agent, options, invocation)),
    );
}

export function withAgentOptions(command: Command): Command {
  return command
    .option(
      '--toolset <path|package>',
      'more tools, of a module that you trust; may be repeated',
      (name: string, names: string[]) => [...names, name],
      Array.of<string>(),
    )
    .option('--no-stream', 'ask the model for whole answers');
}

/** A request to an agent; without one a conversation on a terminal, or what standard input says. */
export async function runAgent(
  request: string | undefined,
  standard: string,
  { agent, toolset, resume, stream }: AgentOptions,
  invocation: Invocation,
): Promise<number> {
  const { runtime, json, signal } = invocation;
  const sessions = await runtime.sessions();
  const resumed = resume === undefined ? undefined : await sessions.load(resume);
  const crew = await openCrew(runtime, standard, {
    ...{ agent, sessionOf: resumed?.agent, toolsets: toolset, signal },
  });
  const isTalk = request === undefined && !json && process.stdin.isTTY === true && process.stderr.isTTY === true;
  if (isTalk) return await converse({ crew, stream, id: resumed?.id }, invocation);
  const words = request ?? (await requestFromInput(invocation));
  await using opened = await openSession(sessions, resumed ?? { agent: crew.agent });
  const approve = invocation.approveInTurn(signal, invocation.interrupt);
  const result = await runTurn(words, {
    ...{ ...invocation, launcher: crew.launcher, session: opened.session, stream, approve },
  });
  return finish(result, invocation);
}

async function requestFromInput({ progress, signal }: Invocation): Promise<string> {
  progress.note('Reading the request from standard input.');
  const words = (await text(addAbortSignal(signal, process.stdin))).trim();
  if (words === '')
    throw new VideoToolsetError(
      'invalid_argument',
      'What should be made? Give the request in quotes, or on standard input.',
    );
  return words;
}

function finish(result: AgentResult, { json, runtime: { workspace } }: Invocation): number {
  const { files, published, error, session } = result;
  if (json)
    printJson({
      ...result,
      published: withAbsolutePaths(published, workspace),
      files: withAbsolutePaths(files, workspace),
    });
  if (error !== undefined) printError(error);
  const open = openJobs(result);
  if (open.length > 0)
    tell(`Not finished yet: ${open.join(' ')}\nGo on with: video-toolset agent --resume ${session} "go on"\n`);
  return exitCodeOfTurn(result);
}
