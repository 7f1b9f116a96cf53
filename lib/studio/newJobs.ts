import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RequestError } from './answers.ts';
import type { Job, NewJob, Room } from './job.ts';
import { type JobStore, ORDINARY, unixNow } from './store.ts';

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
    const { caller = '', idempotency_key: key } = facts;
    const earlier = async () =>
      key === undefined ? undefined : requireSame(await store.findByKey(caller, key), facts);
    const known = await earlier();
    if (known !== undefined) return known;
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
      if (job !== undefined) {
        onStarted();
        return job;
      }
      const other = await earlier();
      if (other === undefined) throw queueFull();
      await rm(jobFolder(id), { recursive: true, force: true });
      return other;
    } catch (error) {
      await rm(jobFolder(id), { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
  };
}

const TOLD = ['operation', 'source', 'engine', 'requested_model', 'prompt', 'seconds', 'size', 'reference'] as const;

/** A key that is used for something else is a mistake, which would cost the second clip. */
function requireSame(job: Job | undefined, facts: NewClip['facts']): Job | undefined {
  const wanted = { ...ORDINARY, ...facts };
  const other = job && TOLD.find((name) => job[name] !== wanted[name]);
  if (other === undefined) return job;
  throw new RequestError(
    422,
    `This Idempotency-Key stands for another request already, whose ${other} was different. Nothing was made: use a new key ` +
      'for a new clip.',
    { code: 'idempotency_key_reused' },
  );
}

export function queueFull(): RequestError {
  return new RequestError(
    429,
    'As many of your jobs wait in the queue of this studio as may: nothing was stored. Send the same request again later.',
    { code: 'queue_full', retryAfterSeconds: RETRY_SECONDS },
  );
}
