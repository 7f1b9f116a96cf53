import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createLedger } from '../../lib/ledger/ledger.ts';
import { openPostgresLedger } from '../../lib/ledger/postgres.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { ledgerContract } from './contract.ts';
import { storyboardContract } from './storyboardContract.ts';
import { wish } from './support.ts';
import { windowContract } from './windowContract.ts';

const TIMES = { sendDeadlineMs: 10_000, quarantineMs: 90_000 };

let server: Promise<PostgresServer> | undefined;
after(async () => (await server)?.[Symbol.asyncDispose]());

async function newDatabase(): Promise<string> {
  server ??= startPostgres();
  return (await server).database();
}

for (const contract of [ledgerContract, storyboardContract, windowContract]) {
  contract(
    'Postgres',
    async () => {
      const database = await newDatabase();
      return { open: () => openPostgresLedger(database), [Symbol.asyncDispose]: async () => undefined };
    },
    POSTGRES_MISSING,
  );
}

const skip = POSTGRES_MISSING;

test('a writer that stands still in its transaction holds up nobody for long', { skip }, async () => {
  const database = await newDatabase();
  const [sleeper, other] = [await openPostgresLedger(database), await openPostgresLedger(database)];
  const [begun, awake] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asleep = sleeper.transaction(async (sql) => {
    begun.resolve();
    await awake.promise;
    await sql.run("UPDATE clips SET state = 'failed'");
  });
  await begun.promise;
  const ledger = createLedger(other, TIMES);
  const { clip } = await ledger.intend(wish('boat'), {});
  awake.resolve();
  await assert.rejects(asleep, { code: 'storage_failed' });
  assert.equal((await ledger.get(clip.key))?.state, 'intended');
  assert.deepEqual(await sleeper.all('SELECT 1 AS one'), [{ one: 1 }], 'it goes on over another connection');
  await Promise.all([sleeper.close(), other.close()]);
});

test('machines whose clocks differ count by the clock of the database', { skip }, async () => {
  const driver = await openPostgresLedger(await newDatabase());
  assert.ok(Math.abs(driver.clockAheadMs ?? Number.NaN) < 2_000, `ahead by ${driver.clockAheadMs} ms`);
  const onSlowMachine = createLedger({ ...driver, clockAheadMs: 3_600_000 }, TIMES);
  assert.ok(Math.abs(onSlowMachine.now() - Date.now() - 3_600_000) < 2_000);
  await driver.close();
});

test('a NUL in the words of a server is no reason to lose what it said', { skip }, async () => {
  const driver = await openPostgresLedger(await newDatabase());
  const ledger = createLedger(driver, TIMES);
  const { clip } = await ledger.intend(wish('boat'), {});
  await ledger.refused(clip, { code: 'bad_request', message: 'no\0size' }, false);
  assert.equal((await ledger.attempts(clip.key))[0]?.detail, 'nosize');
  await driver.close();
});
