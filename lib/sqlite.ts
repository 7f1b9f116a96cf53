import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode, VideoToolsetError } from './errors.ts';

/** SQLite blocks the event loop while it is busy, so it gets little time, and the rest of the waiting is done without blocking. */
const BUSY_TIMEOUT_MS = 50;
const BUSY_DEADLINE_MS = 10_000;

export type Row = Record<string, unknown>;

/** One SQLite file that several processes may have open. */
export interface Database {
  /** Rows of one statement; `?` placeholders. */
  all(sql: string, ...values: SQLInputValue[]): Promise<Row[]>;
  /** @returns how many rows were changed */
  run(sql: string, ...values: SQLInputValue[]): Promise<number>;
  close(): void;
}

/**
 * Opens or makes a database and brings it to the newest schema; two processes may do so at once.
 *
 * @param migrations SQL scripts; the file's version counts how many of them it has seen
 * @throws VideoToolsetError `storage_failed` for a corrupt file, a read-only folder or a newer schema
 */
export async function openDatabase(file: string, migrations: readonly string[]): Promise<Database> {
  const { DatabaseSync: Sqlite } = await import('node:sqlite');
  let connection: DatabaseSync | undefined;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const opened = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
    connection = opened;
    await whileBusy(() => opened.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON'));
    await whileBusy(() => migrate(opened, migrations, path.basename(file)));
    const clearly = <T>(attempt: () => T): Promise<T> =>
      whileBusy(attempt).catch((error) => {
        throw storageError(error, path.basename(file));
      });
    return {
      all: (sql, ...values) => clearly(() => opened.prepare(sql).all(...values)),
      run: (sql, ...values) => clearly(() => Number(opened.prepare(sql).run(...values).changes)),
      close: () => opened.close(),
    };
  } catch (error) {
    connection?.close();
    throw storageError(error, path.basename(file));
  }
}

/** Is this SQLite's word that another connection holds the lock? */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === 5 || resultCode(error) === 6;
}

async function whileBusy<T>(attempt: () => T): Promise<T> {
  const deadline = performance.now() + BUSY_DEADLINE_MS;
  while (true) {
    try {
      return attempt();
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

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

const REASONS: Record<number, string> = {
  8: 'it cannot be written to',
  10: 'reading or writing failed',
  11: 'it is damaged',
  13: 'the disk is full',
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
  return new VideoToolsetError(code === 13 || system === 'ENOSPC' ? 'disk_full' : 'storage_failed', message, {
    cause: error,
    next_step:
      'Check the state folder (VIDEO_STATE): its free space and permissions; a damaged file must be moved away by hand.',
  });
}
