import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode, VideoToolsetError } from './errors.ts';

/** SQLite blocks the event loop while it is busy, so it gets little time, and the rest of the waiting is done without blocking. */
const BUSY_TIMEOUT_MS = 50;
const BUSY_DEADLINE_MS = 10_000;

export type Row = Record<string, unknown>;

interface Statements {
  /** Rows of one statement; `?` placeholders. */
  all(sql: string, ...values: SQLInputValue[]): Promise<Row[]>;
  /** @returns how many rows were changed */
  run(sql: string, ...values: SQLInputValue[]): Promise<number>;
}

/** One SQLite file that several processes may have open. */
export interface Database extends Statements {
  /**
   * All of it or nothing, and alone among every writer of the file. The body awaits nothing but its own statements, and
   * may run again where another process was in the way.
   */
  transaction<T>(body: (statements: Statements) => Promise<T>): Promise<T>;
  /**
   * The same in this very turn of the event loop.
   * @throws VideoToolsetError `storage_failed`, retryable, where somebody else is writing
   */
  transactionNow<T>(body: (run: (sql: string, ...values: SQLInputValue[]) => number) => T): T;
  close(): void;
}

export interface DatabaseOptions {
  /** `FULL` syncs every commit to the disk; `NORMAL` may lose the last ones in a power cut. @default 'NORMAL' */
  synchronous?: 'NORMAL' | 'FULL';
}

/**
 * Opens or makes a database and brings it to the newest schema; two processes may do so at once.
 *
 * @param migrations SQL scripts; the file's version counts how many of them it has seen
 * @throws VideoToolsetError `storage_failed` for a corrupt file, a read-only folder or a newer schema
 */
export async function openDatabase(
  file: string,
  migrations: readonly string[],
  { synchronous = 'NORMAL' }: DatabaseOptions = {},
): Promise<Database> {
  const { DatabaseSync: Sqlite } = await import('node:sqlite');
  let connection: DatabaseSync | undefined;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const opened = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
    connection = opened;
    await whileBusy(() => opened.exec('PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON'));
    opened.exec(`PRAGMA synchronous=${synchronous}`);
    await whileBusy(() => migrate(opened, migrations, path.basename(file)));
    return databaseOver(opened, path.basename(file));
  } catch (error) {
    connection?.close();
    throw storageError(error, path.basename(file));
  }
}

function databaseOver(connection: DatabaseSync, name: string): Database {
  const clearly = (error: unknown): never => {
    throw storageError(error, name);
  };
  const runSync = (sql: string, ...values: SQLInputValue[]): number =>
    Number(connection.prepare(sql).run(...values).changes);
  const allSync = (sql: string, ...values: SQLInputValue[]): Row[] => connection.prepare(sql).all(...values);
  const within: Statements = {
    all: async (...call) => allSync(...call),
    run: async (...call) => runSync(...call),
  };
  // One connection holds one transaction: whatever else this process asks of it waits for its end.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = last.then(task, task);
    last = result.catch(() => undefined);
    return result.catch(clearly);
  };
  return {
    all: (...call) => inTurn(() => whileBusy(() => allSync(...call))),
    run: (...call) => inTurn(() => whileBusy(() => runSync(...call))),

    transaction: (body) =>
      inTurn(() =>
        whileBusy(async () => {
          connection.exec('BEGIN IMMEDIATE');
          try {
            const result = await body(within);
            connection.exec('COMMIT');
            return result;
          } finally {
            if (connection.isTransaction) connection.exec('ROLLBACK');
          }
        }),
      ),

    transactionNow(body) {
      try {
        if (connection.isTransaction) throw busy(name);
        connection.exec('BEGIN IMMEDIATE');
        try {
          const result = body(runSync);
          connection.exec('COMMIT');
          return result;
        } finally {
          if (connection.isTransaction) connection.exec('ROLLBACK');
        }
      } catch (error) {
        throw isBusy(error) ? busy(name, error) : storageError(error, name);
      }
    },

    close: () => connection.close(),
  };
}

function busy(name: string, cause?: unknown): VideoToolsetError {
  return new VideoToolsetError('storage_failed', `The store ${name} was busy with another write.`, {
    cause,
    retryable: true,
  });
}

/** Is this SQLite's word that another connection holds the lock? */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === 5 || resultCode(error) === 6;
}

async function whileBusy<T>(attempt: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + BUSY_DEADLINE_MS;
  while (true) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await sleep(5 + Math.random() * 20);
    }
  }
}

function migrate(connection: DatabaseSync, migrations: readonly string[], name: string): void {
  connection.exec('BEGIN IMMEDIATE');
  try {
    const version = Number(connection.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version > migrations.length) {
      throw new VideoToolsetError(
        'storage_failed',
        `${name} was written by a newer version of video-toolset (schema ${version}).`,
        {
          next_step: 'Update video-toolset, or set another state folder (VIDEO_STATE).',
        },
      );
    }
    for (const script of migrations.slice(version)) connection.exec(script);
    connection.exec(`PRAGMA user_version=${migrations.length}`);
    connection.exec('COMMIT');
  } catch (error) {
    // SQLite may have ended the transaction by itself, as on a full disk.
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

const FULL = 13;
/** `SQLITE_IOERR_SHMSIZE`: the file beside the log cannot grow, which is how a full disk shows when a store is opened. */
const CANNOT_GROW = 4874;

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode === CANNOT_GROW ? FULL : error.errcode & 0xff;
}

const REASONS: Record<number, string> = {
  8: 'it cannot be written to',
  10: 'reading or writing failed',
  11: 'it is damaged',
  [FULL]: 'the disk is full',
  14: 'it cannot be opened',
  26: 'it is not a database',
};

function storageError(error: unknown, name: string): unknown {
  const code = resultCode(error);
  const system = systemCode(error);
  if (error instanceof VideoToolsetError || (code === undefined && !/^E[A-Z]+$/.test(system ?? ''))) return error;
  const reason =
    code === undefined ? `its folder cannot be made (${system})` : (REASONS[code] ?? `SQLite error ${code}`);
  const message = `The store ${name} in the state folder cannot be used: ${reason}.`;
  return new VideoToolsetError(code === FULL || system === 'ENOSPC' ? 'disk_full' : 'storage_failed', message, {
    cause: error,
    next_step:
      'Check the state folder (VIDEO_STATE): its free space and permissions; a damaged file must be moved away by hand.',
  });
}
