import type { Pool } from 'pg';
import { VideoToolsetError } from '../errors.ts';
import type { LedgerDriver, Statements, Value } from './driver.ts';
import { failClearly, openPool } from './pool.ts';
import { MIGRATIONS } from './schema.ts';

/** Names the lock that every writer of a ledger takes; any number that nobody else uses. */
const WRITER_LOCK = 7_203_114_806;

/** Who holds the lock and stands still, such as on a machine that was put to sleep, loses it before the others give up. */
const BEGIN = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL lock_timeout = '15s'`;
const QUERY_TIMEOUT_MS = 30_000;

/**
 * One database for every process of every machine.
 * @throws VideoToolsetError `missing_package`, `storage_failed`
 */
export async function openPostgresLedger(connectionString: string): Promise<LedgerDriver> {
  const pool = await openPool(connectionString, { max: 4, queryTimeoutMs: QUERY_TIMEOUT_MS });
  const driver: LedgerDriver = {
    ...statementsOver(pool),

    async transaction(body) {
      const client = await pool.connect().catch(failClearly);
      // One that breaks between two statements is told by the next one; without a listener it would end the program.
      const onBreak = () => undefined;
      client.on('error', onBreak);
      try {
        await client.query(BEGIN);
        await client.query('SELECT pg_advisory_xact_lock($1)', [WRITER_LOCK]);
        const result = await body(statementsOver(client));
        await client.query('COMMIT');
        client.off('error', onBreak);
        client.release();
        return result;
      } catch (error) {
        // Where the store itself failed, another answer of it is not waited for: with its connection the transaction ends.
        const isRefusal = error instanceof VideoToolsetError && error.code !== 'storage_failed';
        const isUsable =
          isRefusal &&
          (await client.query('ROLLBACK').then(
            () => true,
            () => false,
          ));
        if (isUsable) client.off('error', onBreak);
        client.release(!isUsable);
        throw failClearly(error);
      }
    },

    close: () => pool.end(),
  };
  try {
    await driver.transaction(migrate);
    return { ...driver, clockAheadMs: await clockAheadMs(driver) };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function migrate(sql: Statements): Promise<void> {
  await sql.run('CREATE TABLE IF NOT EXISTS ledger_schema (version INTEGER NOT NULL)');
  const [row] = await sql.all('SELECT version FROM ledger_schema');
  const version = Number(row?.version ?? 0);
  if (version > MIGRATIONS.length) {
    throw new VideoToolsetError(
      'storage_failed',
      `The ledger was written by a newer version of video-toolset (schema ${version}).`,
      { next_step: 'Update video-toolset, or set another ledger (VIDEO_LEDGER).' },
    );
  }
  for (const script of MIGRATIONS.slice(version)) {
    for (const statement of script.split(';').filter((text) => text.trim() !== '')) await sql.run(statement);
  }
  await sql.run(
    row === undefined ? 'INSERT INTO ledger_schema VALUES (?)' : 'UPDATE ledger_schema SET version = ?',
    MIGRATIONS.length,
  );
}

async function clockAheadMs(sql: Statements): Promise<number> {
  const before = Date.now();
  const [row] = await sql.all('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now');
  return Math.round(Number(row?.now) - (before + Date.now()) / 2);
}

function statementsOver(client: Pick<Pool, 'query'>): Statements {
  return {
    all: async (sql, ...values) => (await client.query(numbered(sql), values.map(storable)).catch(failClearly)).rows,
    run: async (sql, ...values) =>
      (await client.query(numbered(sql), values.map(storable)).catch(failClearly)).rowCount ?? 0,
  };
}

/** `?` as `$1`, `$2` …; no statement of ours has a question mark in a text. */
function numbered(sql: string): string {
  let index = 0;
  return sql.replace(/\?/g, () => `$${++index}`);
}

/** Postgres holds no NUL, which a server may well have in its words. */
function storable(value: Value): Value {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value;
}
