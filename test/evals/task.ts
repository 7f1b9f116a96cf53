import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import type { Options } from '../../types/config.ts';
import type { ProviderSettings } from '../paid/provider.ts';

/** A request to an agent, the world it meets, and what has to come of it. */
export interface Task {
  name: string;
  /** One sentence: what a good agent does. */
  about: string;
  agent: 'sora_agent' | 'planner_agent';
  /** What the user says, in one session; `{job1}` is the id of the first of `jobs`. */
  say: Turn[];
  /** What goes wrong, where a good agent gets over it. */
  fault?: string;
  /** Prompts of clips that are finished on the server before, paid by somebody else. */
  jobs: string[];
  /** Files of the workspace, by their names. */
  files: Record<string, 'picture' | 'video'>;
  options: Options;
  /** What a person says who is asked; without it nobody can be asked. */
  approve?: boolean;
  expect: Expectation;
}

export interface Turn {
  text: string;
  /** How the server is from now on. */
  server: Partial<ProviderSettings>;
  /** Whether the CDN serves what is published, from now on. */
  cdn?: 'up' | 'down';
}

export interface Expectation {
  /** Clips that are paid for in all. */
  paid: number;
  /** Clips that are paid for and whose very bytes a published address serves. */
  published: number;
  /** Each of them is another one of the paid jobs. */
  clips?: ClipExpectation[];
  /** Does no prompt stand twice among the paid jobs? */
  distinct?: true;
  /** A tool's failure, or that of the run. */
  error?: string;
  /** Tools that have to be called, and that must not be, by any agent. */
  calls?: string[];
  never?: string[];
  /** Calls that are made in one turn of the model. */
  at_once?: number;
  /** How many of `jobs` are deleted. @default 0 */
  deleted?: number;
  /** Patterns that the last answer has to hold, and that it must not. */
  says?: string[];
  never_says?: string[];
}

export interface ClipExpectation {
  operation?: string;
  seconds?: number;
  size?: string;
  /** A pattern. */
  prompt?: string;
  /** Did a first frame come with it? */
  picture?: boolean;
  /** How many characters it names. */
  characters?: number;
}

const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text };
const number = { type: 'integer', minimum: 0 };
const closed = (properties: Record<string, object>, required: string[] = []) => {
  return { type: 'object', properties, required, additionalProperties: false };
};
const TURN = closed({ text, server: { type: 'object' }, cdn: { enum: ['up', 'down'] } }, ['text']);
const CLIP = closed({
  operation: text,
  seconds: number,
  size: text,
  prompt: text,
  picture: { type: 'boolean' },
  characters: number,
});
const EXPECT = closed(
  {
    ...{ paid: number, published: number, clips: { type: 'array', items: CLIP }, distinct: { const: true } },
    ...{ error: text, calls: texts, never: texts, at_once: number, deleted: number, says: texts, never_says: texts },
  },
  ['paid', 'published'],
);

interface Written
  extends Omit<Task, 'name' | 'agent' | 'say' | 'jobs' | 'files' | 'options'>,
    Partial<Pick<Task, 'agent' | 'jobs' | 'files' | 'options'>> {
  say: (string | (Pick<Turn, 'text'> & Partial<Turn>))[];
}

const isWritten = new Ajv({ allowUnionTypes: true, strictTypes: false }).compile<Written>(
  closed(
    {
      ...{ about: text, agent: { enum: ['sora_agent', 'planner_agent'] }, fault: text, jobs: texts },
      say: { type: 'array', minItems: 1, items: { anyOf: [text, TURN] } },
      files: { type: 'object', additionalProperties: { enum: ['picture', 'video'] } },
      ...{ options: { type: 'object' }, approve: { type: 'boolean' }, expect: EXPECT },
    },
    ['about', 'say', 'expect'],
  ),
);

const FOLDER = path.join(import.meta.dirname, 'tasks');

/** Every task, by name. @throws Error naming the file that is wrong */
export async function loadTasks(): Promise<Task[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yaml')).sort();
  return await Promise.all(
    files.map(async (file) => readTask(path.basename(file, '.yaml'), await readFile(path.join(FOLDER, file), 'utf8'))),
  );
}

/** @throws Error saying what is wrong */
export function readTask(name: string, yaml: string): Task {
  const written: unknown = parse(yaml);
  if (!isWritten(written)) {
    const [problem] = isWritten.errors ?? [];
    throw new Error(`${name}.yaml: ${problem?.instancePath.slice(1) || 'the task'} ${problem?.message}`);
  }
  const { say, ...task } = written;
  return {
    ...{ name, agent: 'sora_agent', jobs: [], files: {}, options: {} },
    ...task,
    say: say.map((turn) => (typeof turn === 'string' ? { text: turn, server: {} } : { server: {}, ...turn })),
  };
}
