import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RequestError } from './answers.ts';
import type { Job, NewJob, Room } from './job.ts';
import { type JobStore, unixNow } from './store.ts';

const RETRY_SECONDS = 5;

export interface NewClip {
  facts: Omit<NewJob, 'id' | 'created_at' | 'owner' | 'bytes'>;
  /** Puts the reference image there. */
  save?(file: string): Promise<void>;
}

interface Door {
  store: JobStore;
  owner: string;
  room: Room;
  jobFolder(id: string): string;
  onStarted(): void;
}

/** Lets new jobs in, as long as there is room: all of a job is stored, or nothing. */
export function openDoor({ store, owner, room, jobFolder, onStarted }: Door) {
  return async ({ facts, save }: NewClip): Promise<Job> => {
    const id = `video_${randomBytes(12).toString('hex')}`;
    try {
      let bytes = 0;
      if (save !== undefined && facts.reference !== null) {
        const file = path.join(jobFolder(id), facts.reference);
        await mkdir(jobFolder(id), { recursive: true });
        await save(file);
        bytes = (await stat(file)).size;
      }
      const job = await store.insert({ ...facts, id, bytes, created_at: unixNow(), owner }, room);
      if (job === undefined) throw queueFull();
      onStarted();
      return job;
    } catch (error) {
      await rm(jobFolder(id), { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
  };
}

export function queueFull(): RequestError {
  return new RequestError(
    429,
    'As many of your jobs wait in the queue of this studio as may: nothing was stored. Send the same request again later.',
    { code: 'queue_full', retryAfterSeconds: RETRY_SECONDS },
  );
}
