import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, milliseconds, percentile } from './figure.ts';
import { startServer } from './measure.ts';

const JOBS = 10_000;
const RENDERS = 2;
const PER_SECOND = 200;
const DURATION_MS = 20_000;
const STREAMS = 200;

/** What a shared studio has to bear: many jobs in its store, two renders, and 200 questions a second. */
export async function* benchStudioLoad(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  using studio = await startServer('studioProcess.ts', [folder.path, String(RENDERS)]);
  const videos = `${studio.baseUrl}/videos`;
  const renders = await Promise.all(Array.from({ length: RENDERS }, () => create(videos)));
  const ids = await fill(folder.path, renders[0] ?? '');
  while (!(await areRunning(videos, renders))) await sleep(100);
  let next = 0;
  const url = () => (next++ % 2 === 0 ? `${videos}/${ids[next % ids.length]}` : `${videos}?limit=20`);
  yield* figuresOf('', await load(url, PER_SECOND, DURATION_MS));
  const abort = new AbortController();
  await Promise.all(Array.from({ length: STREAMS }, () => listen(studio.baseUrl, abort.signal)));
  yield* figuresOf(`, ${STREAMS} listeners`, await load(url, PER_SECOND, DURATION_MS), 'p99 under 100 ms');
  abort.abort();
  if (!(await areRunning(videos, renders))) throw new Error('the renders ended before the load did');
}

/** Reads a stream of the page as long as it lasts. */
async function listen(baseUrl: string, signal: AbortSignal): Promise<void> {
  const { body } = await fetch(new URL('/studio/events', baseUrl), { signal });
  const read = async () => {
    for await (const _chunk of body ?? []);
  };
  read().catch(() => undefined);
}

function* figuresOf(what: string, latencies: readonly number[], aim?: string): Generator<Figure> {
  const where = `${PER_SECOND} requests a second, ${JOBS} jobs, ${RENDERS} renders${what}`;
  yield { what: `${where}: p50`, value: milliseconds(percentile(latencies, 50)) };
  yield { what: `${where}: p99`, value: milliseconds(percentile(latencies, 99)), ...(aim !== undefined && { aim }) };
  yield { what: `${where}: slowest of ${latencies.length}`, value: milliseconds(Math.max(...latencies)) };
}

/** Sends at fixed times, whether or not the answers before have come, and counts from those times. */
async function load(url: () => string, perSecond: number, durationMs: number): Promise<number[]> {
  const started = performance.now();
  const answers: Promise<number>[] = [];
  for (let number = 0; number < (durationMs * perSecond) / 1_000; number++) {
    const due = started + (number * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 1) await sleep(early);
    answers.push(latencyOf(url(), due));
  }
  return await Promise.all(answers);
}

async function latencyOf(url: string, due: number): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`HTTP ${response.status} from ${url}`);
  return performance.now() - due;
}

async function create(videos: string): Promise<string> {
  const body = JSON.stringify({ prompt: 'A lighthouse in a storm at night', seconds: '20', size: '1792x1024' });
  const response = await fetch(videos, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return String(Object(await response.json()).id);
}

async function areRunning(videos: string, ids: readonly string[]): Promise<boolean> {
  const jobs = ids.map(async (id) => Object(await (await fetch(`${videos}/${id}`)).json()));
  return (await Promise.all(jobs)).every(({ status }) => status === 'in_progress');
}

/** Gives the store many completed jobs, all like one that is there. */
async function fill(state: string, id: string): Promise<string[]> {
  const database = new DatabaseSync(path.join(state, 'studio', 'jobs.db'), { timeout: 5_000 });
  database
    .prepare(
      `WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?)
       INSERT INTO jobs (id, status, progress, engine, prompt, seconds, size, created_at, completed_at, expires_at, recipe, bytes)
       SELECT printf('video_%024x', numbers.number), 'completed', 100, engine, prompt, seconds, size, created_at, created_at,
         created_at + 86400, recipe, 1000 FROM numbers, jobs WHERE id = ?`,
    )
    .run(JOBS, id);
  const rows = database.prepare("SELECT id FROM jobs WHERE status = 'completed'").all();
  database.close();
  return rows.map((row) => String(row.id));
}
