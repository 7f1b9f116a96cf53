import type { AgentResult } from '../../types/agent.ts';
import type { Options } from '../../types/config.ts';
import { judge } from './judge.ts';
import type { Task } from './task.ts';
import { openTranscript } from './transcript.ts';
import { openWorld, type World } from './world.ts';

/** What an agent came to at a task. */
export interface Outcome {
  name: string;
  agent: string;
  model: string;
  isDone: boolean;
  /** What was expected and is not so. */
  problems: string[];
  /** Of tools, those of agents that work was handed to included. */
  calls: number;
  /** How often the model was asked, likewise. */
  turns: number;
  tokens: number;
  /** By the model's server, or by counting what the model was sent and said. */
  tokensAre: 'reported' | 'counted';
  /** Creates that were accepted, and so are paid for. */
  paid: number;
  /** Creates that should have been: one for each clip that was asked for and may be made. */
  wanted: number;
  fault?: string;
  ms: number;
}

/** What a run left to be judged by. */
export interface Evidence {
  world: World;
  results: AgentResult[];
  /** Every call of a tool, by any agent. */
  calls: string[];
  /** The most calls that one turn of the agent made. */
  atOnce: number;
  /** An agent that did not come to its end. */
  failure?: string;
}

/** A model that goes round in circles is stopped. */
const LIMIT_MS = 600_000;

export async function runTask(task: Task, model: Options = {}): Promise<Outcome> {
  const started = performance.now();
  await using world = await openWorld(task, model);
  const calls: string[] = [];
  const results: AgentResult[] = [];
  const sessions = await world.runtime.sessions();
  const session = sessions.start(task.agent);
  const signal = AbortSignal.timeout(LIMIT_MS);
  const launcher = await world.runtime.agents();
  for (const turn of task.say) {
    await world.become(turn);
    const result = await launcher.run(task.agent, withIds(turn.text, world.jobs), {
      ...{ session, signal },
      // Not every server counts tokens in a stream.
      stream: false,
      onEvent: (event) => event.type === 'tool-start' && calls.push(event.name),
      toolContext: approving(task),
    });
    results.push(result);
  }
  const transcript = await openTranscript(session, world.runtime, launcher);
  const problems = await judge(task, { world, results, calls, atOnce: transcript.atOnce });
  const reported = reportedTokens(results);
  return {
    ...{ name: task.name, agent: task.agent, model: results.at(-1)?.model ?? '' },
    ...{ isDone: problems.length === 0, problems, calls: calls.length },
    turns: results.reduce((sum, { turns }) => sum + turns, transcript.handedTurns),
    tokens: reported ?? transcript.tokens,
    tokensAre: reported === undefined ? 'counted' : 'reported',
    paid: (await world.provider.orders()).length - task.jobs.length,
    wanted: task.expect.paid,
    ...(task.fault !== undefined && { fault: task.fault }),
    ms: Math.round(performance.now() - started),
  };
}

function approving({ approve }: Task): { approve?: () => Promise<boolean> } {
  return approve === undefined ? {} : { approve: async () => approve };
}

/** Undefined where the model's server did not report them at each turn of the user. */
function reportedTokens(results: readonly AgentResult[]): number | undefined {
  const sums = results.map(({ usage }) => usage && usage.inputTokens + usage.outputTokens);
  return sums.reduce((total, sum) => (total === undefined || sum === undefined ? undefined : total + sum), 0);
}

function withIds(text: string, ids: readonly string[]): string {
  return text.replace(/\{job(\d+)\}/g, (_mark, number) => {
    const id = ids[Number(number) - 1];
    if (id === undefined) throw new Error(`There is no {job${number}}.`);
    return id;
  });
}
