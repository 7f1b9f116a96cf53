import type { Clip } from '../../../types/ledger.ts';
import { VideoToolsetError } from '../../errors.ts';
import { HAND_OFF } from '../../host/handOffToolset.ts';
import type { Session } from '../../host/sessions.ts';
import type { Invocation } from '../invocation.ts';
import { print, printRow } from '../output.ts';
import { amounts, spentOfLate } from '../spending.ts';
import type { Crew } from './crew.ts';
import { sessionRows, titleOf } from './lines.ts';

/** What a command may look at and change. */
export interface Conversation {
  invocation: Invocation;
  crew: Crew;
  /** Of the model, since this program was started. */
  usage: { inputTokens: number; outputTokens: number };
  session(): Session;
  /** Goes on with another session, by its id or a beginning of it. */
  resume(id: string): Promise<void>;
  quit(): void;
}

interface Command {
  name: string;
  description: string;
  run(words: string, conversation: Conversation): Promise<void>;
}

const SHOWN_SESSIONS = 10;
const SHOWN_JOBS = 10;

const COMMANDS: readonly Command[] = [
  { name: 'help', description: 'this list', run: showHelp },
  { name: 'tools', description: 'what the agent can use', run: showTools },
  { name: 'jobs', description: 'clips of this session, or else the newest ones', run: showJobs },
  { name: 'cost', description: 'what was spent, here and within 24 hours', run: showCost },
  { name: 'resume', description: 'the newest sessions; /resume ID goes on with one', run: resume },
  { name: 'quit', description: 'end the session, as Ctrl-D does', run: async (_words, { quit }) => quit() },
];

/** @throws VideoToolsetError for a command that is none, and what a command fails with */
export async function runCommand(typed: string, conversation: Conversation): Promise<void> {
  const [, name = '', words = ''] = /^\/(\S*)\s*(.*)$/s.exec(typed) ?? [];
  const command = COMMANDS.find((one) => one.name === name);
  if (command !== undefined) return await command.run(words.trim(), conversation);
  throw new VideoToolsetError('invalid_argument', `There is no command /${name.slice(0, 40)}.`, {
    next_step: `Commands: ${COMMANDS.map((one) => `/${one.name}`).join(' ')}`,
  });
}

async function showHelp(): Promise<void> {
  for (const { name, description } of COMMANDS) printRow(`${`/${name}`.padEnd(10)}${description}`);
  print('Anything else is a request. Ctrl-C stops a turn and leaves its jobs alone.\n');
}

async function showTools(_words: string, { invocation, crew, session }: Conversation): Promise<void> {
  const { tools } = await crew.launcher.load(session().agent);
  const known = [...invocation.runtime.everyTool.definitions(), ...crew.toolset.definitions()];
  const names = new Set([...tools, ...crew.toolset.definitions().map(({ name }) => name)]);
  const width = Math.max(...Array.from(names, (name) => name.length));
  for (const name of names) {
    const description = known.find((tool) => tool.name === name)?.description ?? (await handedTo(name, crew));
    printRow(`${name.padEnd(width)}  ${firstSentence(description)}`);
  }
}

async function handedTo(tool: string, { launcher }: Crew): Promise<string> {
  if (!tool.startsWith(HAND_OFF)) return 'There is no such tool: the agent cannot run.';
  return (await launcher.load(tool.slice(HAND_OFF.length))).description;
}

async function showJobs(_words: string, { invocation: { runtime }, session }: Conversation): Promise<void> {
  const ledger = await runtime.ledger();
  const { clipView } = await import('../../tools/clips.ts');
  const mine = (await ledger.list()).filter((clip) => clip.session === session().id);
  const shown = mine.length > 0 ? mine : await ledger.list({ workspace: runtime.workspace.root, limit: SHOWN_JOBS });
  if (mine.length === 0)
    print(shown.length === 0 ? 'No clips yet.\n' : 'None in this session; the newest of this workspace:\n');
  for (const clip of shown) {
    const { id, status } = clipView(clip);
    printRow(`${id}  ${stateOf(clip, status)}  ${clip.request.parameters.prompt}`);
    if (clip.published !== undefined) print(`  ${clip.published.url}\n`);
  }
}

/** A clip that has an address is more than completed. */
function stateOf({ state }: Clip, status: string): string {
  return (state === 'published' ? state : status).padEnd(11);
}

async function showCost(_words: string, { invocation: { runtime }, session, usage }: Conversation): Promise<void> {
  const ledger = await runtime.ledger();
  const clips = (await ledger.list()).filter((clip) => clip.session === session().id);
  const attempts = (await Promise.all(clips.map(({ key }) => ledger.attempts(key)))).flat();
  const counted = attempts.filter(({ isCounted }) => isCounted);
  const paid = counted.filter(({ isFree }) => !isFree);
  const isPriced = paid.every(({ usd }) => usd !== undefined);
  const spent = {
    ...(isPriced && { usd: paid.reduce((sum, { usd = 0 }) => sum + usd, 0) }),
    seconds: paid.reduce((sum, { seconds = 0 }) => sum + seconds, 0),
    jobs: paid.length,
  };
  print(`This session: ${amounts(spent)}; at no cost: ${counted.length - paid.length} jobs\n`);
  print(`${await spentOfLate(ledger, runtime.config.budget)}\n`);
  const { inputTokens, outputTokens } = usage;
  if (inputTokens + outputTokens > 0)
    print(`The model, since the start: ${inputTokens} tokens in, ${outputTokens} out\n`);
}

async function resume(
  id: string,
  { invocation: { runtime, progress }, session, ...rest }: Conversation,
): Promise<void> {
  if (id !== '') {
    await rest.resume(id);
    return progress.note(titleOf(session()));
  }
  const { sessions, damaged } = await (await runtime.sessions()).list();
  for (const row of sessions.slice(0, SHOWN_SESSIONS).flatMap(sessionRows)) printRow(row);
  if (sessions.length === 0) print('No sessions yet.\n');
  if (damaged.length > 0) progress.note(`Damaged, and left out: ${damaged.join(', ')}`);
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}
