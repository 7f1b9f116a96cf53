import { existsSync } from 'node:fs';
import path from 'node:path';
import { VideoToolsetError } from '../../errors.ts';
import type { AgentLauncher } from '../../host/AgentLauncher.ts';
import { HAND_OFF } from '../../host/handOffToolset.ts';
import { loadToolset } from '../../host/loadToolset.ts';
import { ToolSet } from '../../host/ToolSet.ts';
import type { Runtime } from '../../runtime.ts';

/** The agent that was asked for, with what it was given. */
export interface Crew {
  agent: string;
  launcher: AgentLauncher;
  /** What `--toolset` added. */
  toolset: ToolSet;
}

const ENDING = '.prompt.md';

export interface CrewOptions {
  /** An agent of ours, one in `./agents`, or a path to its `*.prompt.md`. */
  agent?: string | undefined;
  /** Whose session is gone on with. */
  sessionOf?: string | undefined;
  /** Paths and packages. */
  toolsets?: readonly string[];
  signal: AbortSignal;
}

/**
 * Nothing of the current folder is read unless it is named, for a foreign folder may hold anything.
 * @throws VideoToolsetError naming the agent or toolset, and what is wrong with it
 */
export async function openCrew(
  runtime: Runtime,
  standard: string,
  { agent: named, sessionOf, toolsets = [], signal }: CrewOptions,
): Promise<Crew> {
  const toolset = await loadToolsets(toolsets, signal, runtime);
  const own = (await (await runtime.agents()).agents()).map(({ name }) => name);
  const { agent, folder } = placeOf(named ?? sessionOf ?? standard, own);
  if (sessionOf !== undefined && agent !== sessionOf) throw othersSession(sessionOf, agent);
  if (named === undefined && !own.includes(agent)) throw notNamed(agent);
  const launcher = await runtime.agents({ agentFolders: folder, toolset });
  await launcher.load(agent).catch((error) => {
    const isMissing = error instanceof VideoToolsetError && error.code === 'file_not_found';
    throw isMissing ? noSuchAgent(agent, error) : error;
  });
  return { agent, launcher, toolset };
}

function placeOf(wanted: string, own: readonly string[]): { agent: string; folder: string[] } {
  if (own.includes(wanted)) return { agent: wanted, folder: [] };
  if (!/[/\\]/.test(wanted) && !wanted.endsWith(ENDING)) return { agent: wanted, folder: [path.resolve('agents')] };
  const agent = path.basename(wanted, ENDING);
  if (!wanted.endsWith(ENDING))
    throw new VideoToolsetError('invalid_argument', `${wanted} is no agent: its file is named <name>${ENDING}.`);
  if (!existsSync(wanted)) throw new VideoToolsetError('invalid_argument', `There is no file ${wanted}.`);
  if (!own.includes(agent)) return { agent, folder: [path.dirname(path.resolve(wanted))] };
  throw new VideoToolsetError('invalid_argument', `${wanted}: ${agent} is the name of an agent of video-toolset.`, {
    next_step: 'Give the file, and the agent in it, another name.',
  });
}

async function loadToolsets(names: readonly string[], signal: AbortSignal, { everyTool }: Runtime): Promise<ToolSet> {
  const all = new ToolSet();
  const isTaken = ({ name }: { name: string }) => everyTool.has(name) || all.has(name) || name.startsWith(HAND_OFF);
  for (const name of names) {
    const toolset = await unlessStopped(loadToolset(name, process.cwd()), signal);
    const taken = toolset.definitions().find(isTaken);
    if (taken !== undefined) {
      throw new VideoToolsetError(
        'invalid_configuration',
        `The toolset ${name} cannot be used: there is another tool named ${taken.name}.`,
        { next_step: 'Give its tool another name.' },
      );
    }
    all.merge(toolset);
  }
  return all;
}

/** A module may take as long as it likes, and knows no signal. */
function unlessStopped<T>(loading: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(new VideoToolsetError('aborted', 'Stopped while a toolset was loaded.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([loading, stopped]);
}

function othersSession(agent: string, named: string): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `The session is one of ${agent}, and cannot go on with ${named}.`, {
    next_step: 'Leave --agent out, or start a session of its own.',
  });
}

function notNamed(agent: string): VideoToolsetError {
  return new VideoToolsetError(
    'invalid_argument',
    `The session is one of ${agent}, which is no agent of video-toolset.`,
    {
      next_step: `Name its file as well: --agent path/to/${agent}${ENDING}`,
    },
  );
}

function noSuchAgent(agent: string, { message, facts }: VideoToolsetError): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', message, {
    ...facts,
    next_step: `${facts.next_step ?? ''} Or name a file: --agent path/to/${agent}${ENDING}`,
  });
}
