import { readdir, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../log.ts';
import type { KeptClips } from './keptClips.ts';
import { unixNow } from './store.ts';

const GIBIBYTE = 1024 ** 3;
const QUOTA_BYTES = 20 * GIBIBYTE;
const LEAST_QUOTA_BYTES = GIBIBYTE / 4;
const SHARE_OF_DISK = 0.1;
/** What is remembered of jobs whose clips are gone: enough to look them up, and to make them anew. */
const MOST_JOBS = 20_000;
const MOST_CHARACTERS = 10_000;
const SWEEP_INTERVAL_MS = 60_000;
const LOOKS_FOR_STRAYS_AFTER_MS = 3_600_000;
/** No upload and no making of a job takes as long. */
const STRAY_AFTER_MS = 3_600_000;

/** Clips that expired since this process was started. */
export interface Evictions {
  age: number;
  quota: number;
}

/** Clears away what nobody can fetch any more. */
export interface Retention {
  /** Lets clips expire by age and by quota, and removes their files. One at a time; a failure is left to the next one. */
  sweep(): Promise<void>;
  readonly evictions: Evictions;
  close(): Promise<void>;
}

export interface RetentionOptions {
  folder: string;
  clips: KeptClips;
  quotaBytes: number;
  log: Log;
  /** Since the start, and again. @default an hour */
  looksForStraysAfterMs?: number;
}

/**
 * Several studios may do this on one folder: each step may be done twice, and a clip is first said to have expired, then
 * removed, and only then said to be gone, so that no crash leaves files that nobody counts.
 */
export function openRetention(options: RetentionOptions): Retention {
  const { folder, clips, quotaBytes, log, looksForStraysAfterMs = LOOKS_FOR_STRAYS_AFTER_MS } = options;
  const evictions = { age: 0, quota: 0 };
  let sweeping: Promise<void> | undefined;
  let isWanted = false;
  let lookedForStraysAt = performance.now();
  let closing = false;

  /** @returns how many clips were removed */
  const removeWaste = async (): Promise<number> => {
    for (let removed = 0; ; ) {
      const waste = closing ? [] : await clips.waste(unixNow());
      if (waste.length === 0) return removed;
      for (const { id } of waste) await rm(path.join(folder, 'jobs', id), { recursive: true, force: true });
      await clips.setGone(waste.map(({ id }) => id));
      removed += waste.filter(({ isClip }) => isClip).length;
    }
  };

  const measureOld = async (): Promise<void> => {
    for (const id of await clips.unmeasured()) await clips.setBytes(id, await bytesIn(path.join(folder, 'jobs', id)));
  };

  /** What a process left that was killed between two steps: files of no job, and uploads of no request. */
  const removeStrays = async (): Promise<void> => {
    const jobs = await readdir(path.join(folder, 'jobs')).catch(() => []);
    const strays = (await clips.unknown(jobs)).map((name) => path.join(folder, 'jobs', name));
    const uploads = await readdir(path.join(folder, 'uploads')).catch(() => []);
    for (const stray of [...strays, ...uploads.map((name) => path.join(folder, 'uploads', name))]) {
      const facts = await stat(stray).catch(() => undefined);
      if (facts !== undefined && Date.now() - facts.mtimeMs > STRAY_AFTER_MS)
        await rm(stray, { recursive: true, force: true });
    }
  };

  const sweepOnce = async (): Promise<void> => {
    await measureOld();
    evictions.age += await removeWaste();
    await clips.expireOlder(MOST_JOBS, unixNow());
    evictions.quota += await clips.expireBeyond(quotaBytes, unixNow());
    await removeWaste();
    await clips.forgetOlder(MOST_JOBS, MOST_CHARACTERS);
    if (performance.now() - lookedForStraysAt < looksForStraysAfterMs) return;
    lookedForStraysAt = performance.now();
    await removeStrays();
  };

  const sweepAll = async (): Promise<void> => {
    while (isWanted && !closing) {
      isWanted = false;
      await sweepOnce().catch((error) => log.debug('studio: old clips were not removed', { error: String(error) }));
    }
    sweeping = undefined;
  };

  const sweep = (): Promise<void> => {
    isWanted = true;
    sweeping ??= sweepAll();
    return sweeping;
  };

  const timer = setInterval(sweep, SWEEP_INTERVAL_MS);
  timer.unref();

  return {
    sweep,
    evictions,
    async close() {
      closing = true;
      clearInterval(timer);
      await sweeping;
    },
  };
}

/** @param folder on the disk that counts */
export async function defaultQuota(folder: string): Promise<number> {
  const { blocks, bsize } = await statfs(folder).catch(() => ({ blocks: Number.POSITIVE_INFINITY, bsize: 1 }));
  return Math.max(LEAST_QUOTA_BYTES, Math.min(QUOTA_BYTES, Math.floor(blocks * bsize * SHARE_OF_DISK)));
}

/** Of all files in a folder, or none where there is none. */
export async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) => {
    const facts = await stat(path.join(folder, name)).catch(() => undefined);
    return facts?.isFile() ? facts.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
