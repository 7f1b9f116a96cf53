import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { assertPaidOnce, FLEET_MISSING, fleetDocument, openFleet, run, type TestFleet, writeBoard } from './support.ts';

const skip = FLEET_MISSING;
const JOB_MS = 700;

/** The most jobs that ran at the provider at once. */
async function mostAtOnce({ provider }: TestFleet): Promise<number> {
  const { jobs } = await provider.books();
  const counts = jobs.map(
    ({ acceptedAt: at }) => jobs.filter(({ acceptedAt }) => acceptedAt <= at && at < acceptedAt + JOB_MS).length,
  );
  return Math.max(...counts);
}

test('however many machines there are, no more jobs are open than the window lets through', { skip }, async () => {
  await using fleet = await openFleet({ provider: { jobMs: JOB_MS, answerMs: 50 } });
  const machines = [await fleet.machine(), await fleet.machine(), await fleet.machine()];
  await Promise.all(machines.map(({ start }) => start(['--concurrency', '8', '--window', '5'])));
  const asker = await fleet.machine();
  const outcome = await asker.cli.run(run(fleet, await writeBoard(asker, 40)));
  assert.equal(outcome.code, 0, outcome.stderr);
  await assertPaidOnce(fleet, fleetDocument(outcome).shots);
  assert.equal(await mostAtOnce(fleet), 5);
});

test('a server that wants fewer requests tells one machine, and all of them hold back', { skip }, async () => {
  await using fleet = await openFleet({ provider: { jobMs: JOB_MS } });
  await using database = await connect(fleet);
  const asker = await fleet.machine();
  await (await fleet.machine()).start();
  const file = await writeBoard(asker, 1, () => 'Boat [429]');
  const outcome = await asker.cli.run(run(fleet, file, '--window', '8'));
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(await database.window(), { most: 8, size: 4.25 }, 'halved, and a little more for the clip');
  const { jobs, creates } = await fleet.provider.books();
  assert.deepEqual([jobs.length, creates], [1, 2]);
});

async function connect({ database }: TestFleet) {
  const client = new pg.Client(database);
  await client.connect();
  return {
    window: async () => (await client.query('SELECT most, size FROM windows')).rows[0],
    [Symbol.asyncDispose]: () => client.end(),
  };
}
