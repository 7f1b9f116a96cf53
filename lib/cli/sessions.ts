import type { Command } from 'commander';
import { VideoToolsetError } from '../errors.ts';
import type { SessionHeader } from '../host/sessionHeader.ts';
import type { SessionList } from '../host/sessions.ts';
import { type AgentOptions, runAgent, withAgentOptions } from './agent.ts';
import { type Invocation, invoke } from './invocation.ts';
import { printJson, printRow, tell } from './output.ts';
import { sessionRows } from './session/lines.ts';

export function registerSessions(program: Command): void {
  const sessions = program.command('sessions').description('list, search and resume talks with agents');
  sessions
    .command('list')
    .description('newest first')
    .option('--limit <n>', 'sessions to show', '20')
    .action((options: { limit: string }, command: Command) =>
      invoke(command, async (invocation) => {
        const limit = limitOf(options);
        const list = await (await invocation.runtime.sessions()).list();
        return show(list, limit, invocation);
      }),
    );
  sessions
    .command('search <words...>')
    .description('sessions in which one message or result holds all the words')
    .option('--limit <n>', 'sessions to show', '20')
    .action((words: string[], options: { limit: string }, command: Command) =>
      invoke(command, async (invocation) => {
        const limit = limitOf(options);
        if (words.some((word) => word.trim() === ''))
          throw new VideoToolsetError('invalid_argument', 'Say which words to look for.');
        const list = await (await invocation.runtime.sessions()).search(words);
        return show(list, limit, invocation);
      }),
    );
  withAgentOptions(sessions.command('resume [id] [request]'))
    .description('go on with a session; the newest where no id is given')
    .option('--agent <file>', 'of an agent that is not one of ours')
    .action((id: string | undefined, request: string | undefined, options: AgentOptions, command: Command) =>
      invoke(command, async (invocation) => {
        // No id has a blank: it is a request to the newest.
        const isRequest = id !== undefined && request === undefined && /\s/.test(id);
        const resume = id === undefined || isRequest ? await newest(invocation) : id;
        return await runAgent(isRequest ? id : request, '', { ...options, resume }, invocation);
      }),
    );
}

async function newest({ runtime }: Invocation): Promise<string> {
  const list = await (await runtime.sessions()).list();
  tellDamaged(list);
  const [first] = list.sessions;
  if (first !== undefined) return first.id;
  throw new VideoToolsetError('not_found', 'There is no session yet.', {
    next_step: 'Start one: video-toolset agent',
  });
}

function show(
  list: SessionList<SessionHeader & { snippet?: string }>,
  limit: number,
  { json, progress }: Invocation,
): number {
  const shown = list.sessions.slice(0, limit);
  tellDamaged(list);
  if (json) printJson({ sessions: shown, total: list.sessions.length, damaged: list.damaged });
  else
    for (const session of shown) {
      for (const row of sessionRows(session)) printRow(row);
      if (session.snippet !== undefined) printRow(`    “${session.snippet}”`);
    }
  if (list.sessions.length === 0) progress.note('No sessions.');
  else if (list.sessions.length > limit)
    progress.note(`${list.sessions.length - limit} more; --limit ${list.sessions.length} shows all.`);
  return 0;
}

function tellDamaged({ damaged }: Pick<SessionList, 'damaged'>): void {
  if (damaged.length > 0) tell(`Damaged, and left out: ${damaged.join(', ')}\n`);
}

function limitOf({ limit }: { limit: string }): number {
  if (/^[1-9]\d{0,5}$/.test(limit)) return Number(limit);
  throw new VideoToolsetError('invalid_argument', '--limit must be a number.');
}
