import { parseArgs } from 'node:util';
import { type Outcome, runTask } from './runTask.ts';
import { sumOf, table } from './table.ts';
import { loadTasks, type Task } from './task.ts';

/** Each task has a server, a CDN and a runtime of its own; a model's server may count how many ask at once. */
const AT_ONCE = 4;

process.exitCode = await main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  return 2;
});

/** `[--json] [NAME…]`. @returns 0 where all are done, 1 where one is not, 2 where they could not be run */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
  // What a user has set for servers and CDNs of their own is not for these.
  for (const name of Object.keys(process.env)) if (/^(VIDEO|CDN)_/.test(name)) delete process.env[name];

  const tasks = await loadTasks();
  const names = tasks.map(({ name }) => name);
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no eval ${unknown}. There are: ${names.join(', ')}.`);
  const wanted = positionals.length === 0 ? tasks : tasks.filter(({ name }) => positionals.includes(name));
  const outcomes = await runAll(wanted);
  const document = JSON.stringify({ ...sumOf(outcomes), outcomes }, null, 2);
  process.stdout.write(`${values.json === true ? document : table(outcomes)}\n`);
  return outcomes.every(({ isDone }) => isDone) ? 0 : 1;
}

async function runAll(tasks: readonly Task[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = tasks.entries();
  const work = async () => {
    for (const [index, task] of left) {
      const outcome = await runTask(task);
      outcomes[index] = outcome;
      if (process.stderr.isTTY) process.stderr.write(`${outcome.isDone ? '✓' : '✗'} ${task.name}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}
