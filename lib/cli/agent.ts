import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { AgentEvent, AgentResult } from '../../types/agent.ts';
import { VideoToolsetError } from '../errors.ts';
import type { Session } from '../host/sessions.ts';
import { ask } from './ask.ts';
import { type Invocation, invoke } from './invocation.ts';
import { exitCodeOf, print, printError, printJson, tell, withAbsolutePaths } from './output.ts';
import type { Progress } from './progress.ts';

export function registerAgent(program: Command): void {
  register(program, 'agent', 'sora_agent', 'hand a request to sora_agent, or talk to it');
}

export function registerPlan(program: Command): void {
  register(program, 'plan', 'planner_agent', 'hand it to planner_agent: several clips');
}

function register(program: Command, name: string, agent: string, description: string): void {
  program
    .command(`${name} [request]`)
    .description(description)
    .option('--resume <session>', 'go on with a session')
    .option('--no-stream', 'ask the model for whole answers')
    .action((request: string | undefined, options, command: Command) =>
      invoke(command, async (invocation) => {
        const session = await openSession(invocation, agent, options.resume);
        const run = (words: string) => runTurn(words, session, options.stream, invocation);
        if (request === undefined && process.stdin.isTTY) return await converse(session, run, invocation);
        return await run(request ?? (await requestFromInput(invocation)));
      }),
    );
}

async function openSession({ runtime }: Invocation, agent: string, id: string | undefined): Promise<Session> {
  const sessions = await runtime.sessions();
  return id === undefined ? sessions.start(agent) : await sessions.load(id);
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

async function runTurn(request: string, session: Session, stream: boolean, invocation: Invocation): Promise<number> {
  const { runtime, json, progress, signal, approve } = invocation;
  if (request.trim() === '')
    throw new VideoToolsetError('invalid_argument', 'The request is empty: say what the clip should show.');
  const launcher = await runtime.agents();
  const result = await launcher.run(session.agent, request, {
    session,
    signal,
    stream,
    onEvent: (event) => show(event, progress, json),
    toolContext: { ...(approve && { approve }) },
  });
  progress.end();
  const { files, published, ...rest } = result;
  const { workspace } = runtime;
  if (json)
    printJson({
      ...rest,
      published: withAbsolutePaths(published, workspace),
      files: withAbsolutePaths(files, workspace),
    });
  else print('\n');
  return finish(result);
}

function show(event: AgentEvent, progress: Progress, json: boolean): void {
  if (event.type === 'text' && event.agent === undefined && !json) {
    progress.end();
    print(event.text);
  }
  if (event.type === 'tool-progress') progress.report(event.report);
  if (event.type === 'tool-end') progress.note(`${event.ok ? '✓' : '✗'} ${event.name}: ${event.summary}`);
}

/** What is left to say on stderr, and the exit code. */
function finish({ error, failure, jobs, files, published, session }: AgentResult): number {
  const open = jobs.filter(({ status }) => status === 'queued' || status === 'in_progress').map(({ id }) => id);
  if (error !== undefined) printError(error);
  if (open.length > 0)
    tell(`Not finished yet: ${open.join(' ')}\nGo on with: video-toolset agent --resume ${session} "go on"\n`);
  if (error !== undefined) return exitCodeOf(error.code);
  if (open.length > 0) return 4;
  const hasClip = files.length > 0 || published.length > 0;
  const hasFailed = jobs.some(({ status }) => ['failed', 'cancelled', 'expired'].includes(status));
  if (failure?.code === 'over_budget' || failure?.code === 'not_approved') return exitCodeOf(failure.code);
  return failure !== undefined || (hasFailed && !hasClip) ? 1 : 0;
}

async function converse(
  session: Session,
  run: (words: string) => Promise<number>,
  { progress, signal }: Invocation,
): Promise<number> {
  progress.note(`Session ${session.id}. Say what to make; an empty line ends it.`);
  let exitCode = 0;
  while (!signal.aborted) {
    const words = await ask('> ');
    if (!words) break;
    exitCode = await run(words);
  }
  return exitCode;
}
