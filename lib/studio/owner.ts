import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
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
  release(): Promise<void>;
}

export async function claimOwnership(folder: string): Promise<Owner> {
  await mkdir(folder, { recursive: true });
  const id = randomUUID();
  const fileOf = (ownerId: string) => path.join(folder, `${ownerId}.lock`);
  const held = lock(fileOf(id));
  return {
    id,
    async isGone(ownerId) {
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
    connection.exec('BEGIN EXCLUSIVE');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
