import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { VideoToolsetError } from '../errors.ts';
import { isBusy } from '../sqlite.ts';

/**
 * A session that no other process may go on with until it is given back. The operating system takes the lock back when the
 * process dies, however it dies.
 *
 * @param base the session's path, without an ending
 * @throws VideoToolsetError `storage_failed`, retryable, naming the process that has it
 */
export async function claimSession(base: string, id: string): Promise<AsyncDisposable> {
  const [lockFile, noteFile] = [`${base}.lock`, `${base}.pid`];
  const held = await lock(lockFile).catch(async (error) => {
    throw isBusy(error) ? taken(id, await readFile(noteFile, 'utf8').catch(() => '')) : error;
  });
  await writeFile(noteFile, String(process.pid), { mode: 0o600 });
  return {
    async [Symbol.asyncDispose]() {
      await rm(noteFile, { force: true });
      await rm(lockFile, { force: true });
      held.close();
    },
  };
}

async function lock(file: string): Promise<DatabaseSync> {
  const { DatabaseSync: Sqlite } = await import('node:sqlite');
  while (true) {
    const before = await inodeOf(file);
    const connection = new Sqlite(file, { timeout: 0 });
    try {
      // Nothing is written, so that no journal stands beside it.
      connection.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
      // Who gives a session back removes the file: a lock counts only on the one that still has the name.
      if (before !== undefined && before === (await inodeOf(file))) return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
    connection.close();
  }
}

async function inodeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.ino;
}

function taken(id: string, pid: string): VideoToolsetError {
  const owner = /^\d+$/.test(pid) ? `process ${pid}` : 'another process';
  return new VideoToolsetError('storage_failed', `The session ${id} is open in ${owner}; two cannot go on with it.`, {
    retryable: true,
    next_step: `End it there, or start a session of its own here.`,
  });
}
