import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/freePort.ts';
import {
  assertPaidOnce,
  FLEET_MISSING,
  fleetDocument,
  openFleet,
  run,
  showNewerJobs,
  until,
  writeBoard,
} from './support.ts';

const skip = FLEET_MISSING;

interface Answer {
  code: number;
  status: string;
  connected: boolean;
  running: number;
  published: number;
  last_success: string | null;
  trouble?: { code: string };
}

async function healthAt(port: number): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`);
  return { code: response.status, ...JSON.parse(await response.text()) };
}

test('a worker whose database is away waits for it, says so, does not spin, and goes on', { skip }, async () => {
  await using fleet = await openFleet({ provider: { jobMs: 500 } });
  await using _neighbour = showNewerJobs(fleet);
  const [machine, asker] = [await fleet.machine(), await fleet.machine()];
  const port = await freePort();
  await machine.start(['--health', String(port)]);
  const fresh = await healthAt(port);
  assert.deepEqual(
    [fresh.code, fresh.status, fresh.connected, fresh.running, fresh.last_success],
    [200, 'working', true, 0, null],
  );
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404);
  const asked = asker.cli.start(run(fleet, await writeBoard(asker, 30), '--window', '10'));
  await until('some are published', async () => (await healthAt(port)).published > 3);
  await fleet.postgres.stop();
  await until('it is noticed', async () => (await healthAt(port)).code === 503);
  const before = fleet.network.connections();
  await sleep(5_000);
  const tries = fleet.network.connections() - before;
  const { status, connected, trouble } = await healthAt(port);
  assert.deepEqual([status, connected, trouble?.code], ['disconnected', false, 'storage_failed']);
  assert.ok(tries > 0 && tries < 150, `${tries} connections were tried within five seconds, of two processes`);
  await fleet.postgres.start();
  const outcome = await asked.ended;
  assert.equal(outcome.code, 0, outcome.stderr);
  await assertPaidOnce(fleet, fleetDocument(outcome).shots);
  const healthy = await healthAt(port);
  assert.deepEqual([healthy.code, healthy.trouble], [200, undefined]);
  assert.ok(Date.now() - Date.parse(healthy.last_success ?? '') < 60_000);
});

test('what was answered while the database was away is noted when it is back, also of a server without a list', {
  skip,
}, async () => {
  await using fleet = await openFleet({
    provider: { list: 'missing', jobMs: 200 },
    settings: { VIDEO_SEND_DEADLINE_MS: '5000', VIDEO_TIMEOUT_MS: '10000', VIDEO_QUARANTINE_MS: '60000' },
  });
  const [machine, asker] = [await fleet.machine(), await fleet.machine()];
  await machine.start();
  const asked = asker.cli.start(run(fleet, await writeBoard(asker, 2, (index) => `Boat ${index} [held]`)));
  await until('both are accepted', async () => (await fleet.provider.books()).jobs.length === 2);
  await fleet.postgres.stop();
  await fleet.provider.release();
  await sleep(2_000);
  await fleet.postgres.start();
  const outcome = await asked.ended;
  assert.equal(outcome.code, 0, outcome.stderr);
  await assertPaidOnce(fleet, fleetDocument(outcome).shots);
});

test('over the budget of one worker nothing more is begun by it, and the reason is told', { skip }, async () => {
  await using fleet = await openFleet();
  const [poor, rich, asker] = [
    await fleet.machine({ VIDEO_BUDGET_JOBS: '2' }),
    await fleet.machine(),
    await fleet.machine(),
  ];
  const worker = await poor.start();
  const file = await writeBoard(asker, 4);
  const asked = await asker.cli.run(run(fleet, file, '--timeout', '15', '--window', '1'));
  assert.equal(asked.code, 4, asked.stderr);
  assert.match(asked.stderr, /2 of 4 published.*needs 1 jobs, and of 2 jobs within 24 hours 0 jobs are left/);
  assert.match(asked.stderr, /The fleet goes on with it/);
  worker.child.kill('SIGTERM');
  await worker.ended;
  await rich.start();
  const outcome = await asker.cli.run(run(fleet, file));
  assert.equal(outcome.code, 0, outcome.stderr);
  await assertPaidOnce(fleet, fleetDocument(outcome).shots);
});
