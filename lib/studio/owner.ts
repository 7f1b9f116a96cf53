import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from '../sqlite.ts';

/**
 * Who renders a job. Being there is proven by a lock that the operating system takes back when the process dies, however
 * it dies: no heartbeat that a busy or a paused process could miss.
 */
export interface Owner {
  readonly id: string;
  /** Is that owner's process gone for good? */
  isGone(ownerId: string): Promise<boolean>;
  /** Removes the lock files that owners without jobs left behind when they were killed. */
  clearGone(): Promise<void>;
  release(): Promise<void>;
}

export async function claimOwnership(folder: string): Promise<Owner> {
  await mkdir(folder, { recursive: true });
  const id = randomUUID();
  const fileOf = (ownerId: string) => path.join(folder, `${ownerId}.lock`);
  // Locked before it has its name: who finds a lock file that is free knows that its owner is gone.
  const unnamed = path.join(folder, `${id}.new`);
  const held = lock(unnamed);
  await rename(unnamed, fileOf(id));

  const isGone = async (ownerId: string): Promise<boolean> => {
    const file = fileOf(ownerId);
    if (ownerId === id) return false;
    if (!existsSync(file)) return true;
    try {
      const taken = lock(file);
      taken.close();
      await rm(file, { force: true });
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  };

  return {
    id,
    isGone,
    async clearGone() {
      const names = await readdir(folder);
      for (const name of names.filter((file) => file.endsWith('.lock'))) {
        // A file that cannot be asked proves nothing, and stays.
        await isGone(path.basename(name, '.lock')).catch(() => false);
      }
    },
    async release() {
      held.close();
      await rm(fileOf(id), { force: true });
    },
  };
}

/** @throws SQLite's busy error where another connection holds the lock */
function lock(file: string): DatabaseSync {
  const connection = new DatabaseSync(file, { timeout: 0 });
  try {
    // Nothing is written: no journal beside it, which would keep the file's first name.
    connection.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
