import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadStoryboard } from '../../lib/production/storyboard/load.ts';
import { runShots } from '../../lib/production/storyboard/runShots.ts';
import { openRuntime } from '../../lib/runtime.ts';

/** Storyboards in a process of its own, so that its memory and CPU can be told: `node storyboardProcess.ts TASK FOLDER BASE_URL CONCURRENCY`. */
const [task = '', folder = '', baseUrl = '', concurrency = '1'] = process.argv.slice(2);
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const inUse = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

const place = { workspace: path.join(folder, 'videos'), state: path.join(folder, 'state'), apiKey: 'none' };
const profile = { costsNothing: true, defaultSeconds: 4 };
const runtime = openRuntime({ ...place, baseUrl, profile, ...(task === 'make' && { pollIntervalMs: 200 }) });
const { storyboards } = await runtime.ledger();
const locate = async (name: string) => path.join(folder, name);
const before = inUse();
const started = performance.now();
const text = readFileSync(path.join(folder, 'film.yaml'), 'utf8');
const plan = await loadStoryboard({ text, name: 'film.yaml', locate }, runtime);
const loaded = performance.now();
const heldBytes = inUse() - before;
const writing = performance.now();
await storyboards.plan(plan);
const told: Record<string, unknown> = { loadMs: loaded - started, planMs: performance.now() - writing, heldBytes };

if (task === 'plan') {
  const again = performance.now();
  await storyboards.plan(plan);
  const reading = performance.now();
  await storyboards.ready(plan.id, { after: plan.shots.length / 2, limit: 64 });
  const counting = performance.now();
  await storyboards.counts(plan.id);
  Object.assign(told, {
    againMs: reading - again,
    readyMs: counting - reading,
    countsMs: performance.now() - counting,
  });
}
if (task === 'make') {
  let [over, early] = [0, 0];
  const onEvent = ({ isOver }: { isOver: boolean }) => {
    if (isOver && ++over === 500) early = inUse();
  };
  const making = performance.now();
  await runShots(plan.id, runtime, { concurrency: Number(concurrency), onEvent });
  const counts = await storyboards.counts(plan.id);
  if (counts.published !== plan.shots.length) throw new Error(JSON.stringify(counts));
  Object.assign(told, { makeMs: performance.now() - making, grownBytes: inUse() - early });
}
if (task === 'hold') {
  const controller = new AbortController();
  const { signal } = controller;
  const held = runShots(plan.id, runtime, { concurrency: Number(concurrency), signal });
  await sleep(15_000);
  const cpu = process.cpuUsage();
  const from = performance.now();
  await sleep(30_000);
  const { user, system } = process.cpuUsage(cpu);
  Object.assign(told, { cpuShare: (user + system) / 1_000 / (performance.now() - from) });
  const counts = await storyboards.counts(plan.id);
  if (counts.known !== Number(concurrency)) throw new Error(JSON.stringify(counts));
  controller.abort();
  await held;
}
await runtime.close();

const file = path.join(place.state, 'ledger.db');
using database = new DatabaseSync(file);
const [explained] = database
  .prepare(
    "EXPLAIN QUERY PLAN SELECT * FROM shots WHERE storyboard = 'x' AND stage = 'ready' AND number > 5 ORDER BY number LIMIT 64",
  )
  .all();
Object.assign(told, { storeBytes: statSync(file).size, explained: String(explained?.detail) });
process.stdout.write(JSON.stringify(told));
