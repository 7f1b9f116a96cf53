import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import pg from 'pg';
import { type FleetQueue, keyOf, type Lease, openQueue } from '../../lib/production/fleet/queue.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { LEASE_SECONDS } from './support.ts';

const SERVER = 'https://video.example:8443/v1';
const LINES = ['new', 'again', 'stuck'] as const;
const skip = POSTGRES_MISSING;

let server: Promise<PostgresServer> | undefined;
after(async () => (await server)?.[Symbol.asyncDispose]());

interface Place extends AsyncDisposable {
  database: string;
  open(name?: string): Promise<FleetQueue>;
  sql(text: string): Promise<Record<string, unknown>[]>;
}

async function openPlace(): Promise<Place> {
  server ??= startPostgres();
  const database = (await server).database();
  const stack = new AsyncDisposableStack();
  const client = new pg.Client(database);
  await client.connect();
  stack.defer(() => client.end());
  return {
    database,
    open: async (name = SERVER) => stack.use(await openQueue(database, name, { leaseSeconds: LEASE_SECONDS })),
    sql: async (text) => (await client.query(text)).rows,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const shot = (id: string, take = 1) => ({ storyboard: 'harbour', id, take });
const shotsOf = (leases: readonly Lease[]) => leases.map(({ shot: id }) => id).sort();
const one = ([lease]: readonly Lease[]): Lease => lease ?? assert.fail('There was nothing to take.');

test('a shot stands in line once, whoever adds it, and is taken by one machine', { skip }, async () => {
  await using place = await openPlace();
  const [first, second] = [await place.open(), await place.open()];
  const shots = Array.from({ length: 25 }, (_, index) => shot(`shot-${index}`));
  await Promise.all([first.add('new', shots), second.add('new', shots)]);
  const taken = await Promise.all([first.take('new', 20), second.take('new', 20)]);
  assert.deepEqual(shotsOf(taken.flat()), shots.map(({ id }) => id).sort());
  await first.add('new', shots);
  assert.deepEqual(await second.take('new', 20), [], 'what is at work is in no line');
  assert.equal((await second.keys()).size, 25);
  await first.finish(taken.flat());
  assert.equal((await second.keys()).size, 0);
  await first.add('new', [shot('shot-1')]);
  assert.equal(one(await second.take('new', 5)).shot, 'shot-1', 'it may come into line again');
});

test('every server has lines of its own', { skip }, async () => {
  await using place = await openPlace();
  const [one, other] = [await place.open(), await place.open('http://10.0.0.1/videos/')];
  await one.add('new', [shot('dawn')]);
  assert.deepEqual(await other.take('new', 1), []);
  const rows = await place.sql('SELECT name FROM pgboss.queue ORDER BY name');
  assert.deepEqual(
    rows.map(({ name }) => name).filter((name) => !String(name).startsWith('__')),
    ['10.0.0.1/videos', 'video.example-8443/v1'].flatMap((base) => LINES.toSorted().map((line) => `${base}/${line}`)),
  );
});

test('a shot that is handed on is taken at once, or not before its time, and by nobody twice', { skip }, async () => {
  await using place = await openPlace();
  const queue = await place.open();
  await queue.add('new', [shot('dawn'), shot('noon')]);
  const [dawn, noon] = await queue.take('new', 2);
  assert.ok(dawn && noon);
  await queue.handOn(dawn, 'again');
  await queue.handOn(noon, 'new', 60_000);
  assert.deepEqual(await queue.take('new', 2), []);
  const again = one(await queue.take('again', 2));
  assert.equal(again.shot, dawn.shot);
  await queue.handOn(dawn, 'again');
  assert.deepEqual(await queue.take('again', 2), [], 'it was not in hand any more');
  assert.deepEqual([...(await queue.keys())].sort(), [keyOf(shot('dawn')), keyOf(shot('noon'))]);
});

test('a machine that is silent for too long loses its shots, and what it says of them then', { skip }, async () => {
  await using place = await openPlace();
  const [sleeper, other] = [await place.open(), await place.open()];
  await sleeper.add('new', [shot('dawn'), shot('noon')]);
  const leases = await sleeper.take('new', 2);
  assert.deepEqual(await sleeper.renew(leases), []);
  await place.sql(`UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour' WHERE data->>'shot' = 'dawn'`);
  await expire(place);
  const lost = await sleeper.renew(leases);
  assert.deepEqual(shotsOf(lost), ['dawn']);
  const again = one(await other.take('again', 2));
  assert.equal(again.shot, 'dawn');
  await sleeper.finish(leases);
  await sleeper.handOn(one(lost), 'new');
  await sleeper.fail(one(lost), { code: 'server_error', message: 'too late' });
  assert.deepEqual(await other.renew([again]), [], 'it is still the other one’s');
  assert.deepEqual(await other.take('new', 2), []);
});

test('what fails again and again is put aside for a person, who can let it be begun anew', { skip }, async () => {
  await using place = await openPlace();
  const queue = await place.open();
  await queue.add('new', [shot('dawn')]);
  await queue.fail(one(await queue.take('new', 1)), { code: 'server_error', message: 'HTTP 500' });
  let turns = 0;
  for (; (await queue.stuck('harbour')).length === 0; turns++) {
    assert.ok(turns < 50, 'it is never put aside');
    assert.deepEqual(await queue.take('again', 1), [], 'not before its time');
    await place.sql(`UPDATE pgboss.job SET start_after = now() WHERE state < 'active'`);
    await queue.fail(one(await queue.take('again', 1)), { code: 'server_error', message: 'HTTP 500' });
  }
  assert.equal(turns, 21);
  assert.deepEqual(await queue.stuck('another'), []);
  assert.ok((await queue.keys()).has(keyOf(shot('dawn'))), 'nobody queues it again by himself');
  const [row] = await place.sql(`SELECT source_output AS reason FROM pgboss.job WHERE name LIKE '%/stuck'`);
  assert.deepEqual(row?.reason, { code: 'server_error', message: 'HTTP 500' });
  await queue.unstick('harbour');
  assert.deepEqual(await queue.stuck('harbour'), []);
  assert.equal((await queue.keys()).size, 0);
});

test('a reason with what Postgres cannot hold is told all the same', { skip }, async () => {
  await using place = await openPlace();
  const queue = await place.open();
  await queue.add('again', [shot('dawn')]);
  const [lease] = await queue.take('again', 1);
  assert.ok(lease);
  await queue.fail(lease, { code: 'server_error', message: 'HTTP 500: \0 and half of \ud83d' });
  const [row] = await place.sql(`SELECT output FROM pgboss.job WHERE name LIKE '%/again'`);
  assert.deepEqual(row?.output, { code: 'server_error', message: 'HTTP 500:  and half of \ufffd' });
});

test('machines of which one is called every minute agree on one schedule', { skip }, async () => {
  await using place = await openPlace();
  for (const queue of [await place.open(), await place.open()]) await queue.everyMinute(async () => undefined);
  assert.deepEqual(await place.sql('SELECT name, cron FROM pgboss.schedule'), [
    { name: 'video.example-8443/v1/minute', cron: '* * * * *' },
  ]);
});

/** What pg-boss does every few seconds, now. */
async function expire({ database }: Place): Promise<void> {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({ connectionString: database, supervise: false, schedule: false, monitorIntervalSeconds: 1 });
  await boss.start();
  await boss.supervise();
  await boss.stop({ graceful: false });
}
