import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { openQueue } from '../../lib/production/fleet/queue.ts';
import { openRuntime } from '../../lib/runtime.ts';
import {
  FLEET_MISSING,
  type FleetSettings,
  type Machine,
  openFleet,
  run,
  type TestFleet,
  writeBoard,
} from '../fleet/support.ts';
import { startPostgres } from '../support/postgres.ts';
import { type Figure, mebibytes, median, milliseconds, seconds } from './figure.ts';
import type { Measured } from './measure.ts';

const SHOTS = 10_000;
const PROGRAM = path.join(import.meta.dirname, 'fleetProcess.ts');
/** Of a worker, so that four of them are a load for the database and the ledger, and not for the cores of one machine. */
const IN_HAND = 8;
const JOB_MS = 6_000;
const SHOTS_EACH = 48;
/** Processes that write the ledger as fast as they can. */
const WRITERS = 4;
const CLIPS_EACH = 100;
const LEDGER_PROGRAM = path.join(import.meta.dirname, 'ledgerProcess.ts');

/** Ten thousand shots in line, and what more machines are good for. */
export async function* benchFleet(): AsyncGenerator<Figure> {
  if (FLEET_MISSING) {
    yield { what: 'fleet', value: 'not measured', aim: FLEET_MISSING };
    return;
  }
  yield* inLine();
  yield { what: `fleet, the ledger alone, ${WRITERS} processes at once`, value: perSecond(await ledgerRate()) };
  const atOnce = await rateOf(1, { concurrency: 64, shots: 400, provider: { jobMs: 500 } });
  yield { what: 'fleet, one worker with 64 in hand, jobs of 0.5 s', value: perSecond(atOnce.rate) };
  yield { what: 'fleet, database for a finished shot', value: `${(atOnce.bytesPerShot / 1_024).toFixed(1)} KiB` };
  const settings = { concurrency: IN_HAND, provider: { jobMs: JOB_MS } };
  const one = await rateOf(1, { ...settings, shots: SHOTS_EACH });
  const four = await rateOf(4, { ...settings, shots: 4 * SHOTS_EACH });
  const what = `with ${IN_HAND} in hand each, jobs of ${JOB_MS / 1_000} s`;
  yield { what: `fleet, one worker ${what}`, value: perSecond(one.rate) };
  yield { what: `fleet, four workers ${what}`, value: perSecond(four.rate) };
  yield { what: 'fleet, four workers against one', value: `${(four.rate / one.rate).toFixed(2)} x`, aim: 'at least 3' };
}

async function* inLine(): AsyncGenerator<Figure> {
  await using fleet = await openFleet();
  const asker = await fleet.machine();
  const file = await writeBoard(asker, SHOTS);
  const before = await sizeOf(fleet);
  const { ms, peakBytes = 0 } = await enqueued(fleet, asker, file);
  const what = `fleet, ${SHOTS} shots of a CSV`;
  yield { what: `${what}: written down and in line`, value: seconds(ms) };
  yield { what: `${what}: memory of who asks`, value: mebibytes(peakBytes) };
  yield { what: `${what}: database`, value: mebibytes((await sizeOf(fleet)) - before) };
  const again = await enqueued(fleet, asker, file);
  yield { what: `${what}: asked for again`, value: seconds(again.ms) };

  const runtime = openRuntime({ ledger: fleet.database, baseUrl: fleet.provider.baseUrl });
  const ledger = await runtime.ledger();
  await using queue = await openQueue(fleet.database, runtime.server, {});
  const [board] = await ledger.storyboards.list();
  const id = board?.id ?? '';
  const timed = async (work: () => Promise<unknown>): Promise<string> => {
    const times: number[] = [];
    for (let round = 0; round < 21; round++) {
      const started = performance.now();
      await work();
      times.push(performance.now() - started);
    }
    return milliseconds(median(times));
  };
  yield { what: `${what}: 16 of them taken`, value: await timed(() => queue.take('new', 16)) };
  yield { what: `${what}: how many may be begun`, value: await timed(() => ledger.windows.get(runtime.server)) };
  yield { what: `${what}: how far all are`, value: await timed(() => ledger.storyboards.counts(id)) };
  yield { what: `${what}: the next page of 64`, value: await timed(() => ledger.storyboards.ready(id, { limit: 64 })) };
  await runtime.close();
}

async function enqueued(fleet: TestFleet, { cli }: Machine, file: string): Promise<Measured> {
  const args = [
    '--disable-warning=ExperimentalWarning',
    PROGRAM,
    ...run(fleet, file, '--detach', '--quiet').filter((word) => word !== '--json'),
  ];
  const { cwd, environment: env } = cli;
  return JSON.parse((await promisify(execFile)(process.execPath, args, { cwd, env })).stdout);
}

/** Clips a second that go their whole way in the ledger, and nowhere else. */
async function ledgerRate(): Promise<number> {
  await using postgres = await startPostgres();
  const args = [
    '--disable-warning=ExperimentalWarning',
    LEDGER_PROGRAM,
    'clips',
    postgres.database(),
    String(CLIPS_EACH),
  ];
  const runs = Array.from({ length: WRITERS }, async () => {
    const taken: { workMs: number } = JSON.parse((await promisify(execFile)(process.execPath, args)).stdout);
    return taken.workMs;
  });
  return (WRITERS * CLIPS_EACH) / (Math.max(...(await Promise.all(runs))) / 1_000);
}

/** Clips a second, from the first intent to the last address. */
async function rateOf(
  workers: number,
  { concurrency, shots, provider }: { concurrency: number; shots: number } & Pick<FleetSettings, 'provider'>,
): Promise<{ rate: number; bytesPerShot: number }> {
  await using fleet = await openFleet({ ...(provider && { provider }) });
  for (let count = 0; count < workers; count++) {
    const { start } = await fleet.machine();
    await start(['--concurrency', String(concurrency)]);
  }
  const { cli } = await fleet.machine();
  const before = await sizeOf(fleet);
  const { code, stderr } = await cli.run(run(fleet, await writeBoard({ cli }, shots), '--window', '1000'));
  if (code !== 0) throw new Error(stderr);
  const [row] = await rows(fleet, 'SELECT count(*) AS clips, max(updated_at) - min(created_at) AS ms FROM clips');
  const bytesPerShot = ((await sizeOf(fleet)) - before) / shots;
  return { rate: Number(row?.clips) / (Number(row?.ms) / 1_000), bytesPerShot };
}

const perSecond = (rate: number): string => `${rate.toFixed(2)} clips/s`;

async function sizeOf(fleet: TestFleet): Promise<number> {
  const [row] = await rows(fleet, 'SELECT pg_database_size(current_database()) AS bytes');
  return Number(row?.bytes);
}

async function rows({ database }: TestFleet, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(database);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
