import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { sha256OfFile } from '../media/hash.ts';
import type { Engine, RecipeCharacter, Revision } from './engines/engine.ts';
import { failureOf, StalledRender } from './jobFailure.ts';
import { claimOwnership } from './owner.ts';
import { type Character, type Job, openJobStore } from './store.ts';

const ADOPTION_INTERVAL_MS = 1_000;
const PROGRESS_INTERVAL_MS = 250;
const STORE_RETRY_MS = 500;
/** A render that shows no sign of life for so long has failed. */
const STALL_MS = 60_000;
const VARIANT_FILES = { video: 'video.mp4', thumbnail: 'thumbnail.webp', spritesheet: 'spritesheet.jpg' } as const;

export type Variant = keyof typeof VARIANT_FILES;

export interface JobRequest {
  prompt: string;
  seconds: number;
  width: number;
  height: number;
  seed?: number;
  reference?: { bytes: Uint8Array; suffix: string };
  characters?: RecipeCharacter[];
}

/** Made, rendered a few at a time, taken up again after a crash. */
export interface Jobs {
  create(request: JobRequest): Promise<Job>;
  /** Starts a job on a completed one's changed recipe. @returns undefined where this engine cannot change that clip */
  revise(source: Job, revision: Revision): Promise<Job | undefined>;
  get(id: string): Promise<Job | undefined>;
  /** The completed job that made a file, known by its sha256. */
  findByDigest(digest: string): Promise<Job | undefined>;
  list(query: { limit: number; order: 'asc' | 'desc'; after?: string }): Promise<{ jobs: Job[]; hasMore: boolean }>;
  /** Also stops the render of a running job. @returns false where there was no such job */
  remove(id: string): Promise<boolean>;
  /** Where a completed job's file lies. */
  fileOf(job: Job, variant: Variant): { folder: string; name: string };
  createCharacter(name: string): Promise<Character>;
  character(id: string): Promise<Character | undefined>;
  close(): Promise<void>;
}

export interface JobsOptions {
  /** Everything is kept below it; several processes may share it. */
  folder: string;
  engine: Engine;
  log: Log;
  /** Renders at once. @default the number of cores */
  concurrency?: number;
  /** @default 60000 */
  stallMs?: number;
}

export async function openJobs({
  folder,
  engine,
  log,
  concurrency = availableParallelism(),
  stallMs = STALL_MS,
}: JobsOptions): Promise<Jobs> {
  const store = await openJobStore(folder);
  const owner = await claimOwnership(path.join(folder, 'owners'));
  const running = new Map<string, { abort: AbortController; done: Promise<void> }>();
  let closing = false;
  let starting: Promise<void> | undefined;

  const jobFolder = (id: string) => path.join(folder, 'jobs', id);

  const startQueued = async (): Promise<void> => {
    while (!closing && running.size < concurrency) {
      const job = await store.startNext(owner.id);
      if (job === undefined) return;
      const abort = new AbortController();
      running.set(job.id, { abort, done: render(job, abort) });
    }
  };

  /** One at a time, so that no more than the allowed number starts. */
  const pump = (): Promise<void> => {
    starting = (starting ?? Promise.resolve())
      .then(startQueued)
      .catch((error) => log.debug('studio: no job could be started', { error: String(error) }));
    return starting;
  };

  const adoptOrphans = async (): Promise<void> => {
    for (const other of await store.ownersOfOpenJobs()) {
      if (closing) return;
      if (other === null || (await owner.isGone(other))) await store.adopt(other, owner.id);
    }
    await pump();
  };

  const render = async (job: Job, abort: AbortController): Promise<void> => {
    const attempt = path.join(jobFolder(job.id), `attempt-${randomUUID()}`);
    let reportedAt = 0;
    const stall = setTimeout(() => abort.abort(new StalledRender(stallMs)), stallMs);
    const report = (done: number, total: number): void => {
      stall.refresh();
      const now = performance.now();
      if (now - reportedAt < PROGRESS_INTERVAL_MS) return;
      reportedAt = now;
      // 100 is reserved for a clip that can be fetched.
      const percent = Math.min(99, Math.floor((100 * done) / total));
      store.setProgress(job.id, owner.id, percent).then(
        (isMine) => isMine || abort.abort(new Error('the job was deleted')),
        (error) => log.debug('studio: progress was not stored', { error: String(error) }),
      );
    };
    try {
      await clearAttempts(job.id);
      await mkdir(attempt, { recursive: true });
      await engine.render({
        recipe: job.recipe,
        ...(job.reference !== null && { referencePath: path.join(jobFolder(job.id), job.reference) }),
        directory: attempt,
        onProgress: report,
        signal: abort.signal,
      });
      const output = path.join(jobFolder(job.id), 'output');
      await rm(output, { recursive: true, force: true });
      await rename(attempt, output);
      const digest = await sha256OfFile(path.join(output, VARIANT_FILES.video)).catch(() => undefined);
      const isMine = await store.complete(job.id, owner.id, unixNow(), digest);
      if (!isMine) await discardIfDeleted(job.id);
    } catch (error) {
      log.debug('studio: a render failed', { job: job.id, error: String(error) });
      await rm(attempt, { recursive: true, force: true }).catch(() => undefined);
      const isStopped = abort.signal.aborted && !(abort.signal.reason instanceof StalledRender);
      if (isStopped) await discardIfDeleted(job.id);
      else await untilStored(() => store.fail(job.id, owner.id, failureOf(error)));
    } finally {
      clearTimeout(stall);
      running.delete(job.id);
      if (!closing) void pump();
    }
  };

  /** Another studio that deletes the job may have met the files of a render that was still going on. */
  const discardIfDeleted = async (id: string): Promise<void> => {
    try {
      if ((await store.get(id)) === undefined) await rm(jobFolder(id), { recursive: true, force: true });
    } catch (error) {
      log.debug('studio: a deleted job was not cleared away', { job: id, error: String(error) });
    }
  };

  /** What renders that were killed left behind: the job has no other owner, so nobody writes there. */
  const clearAttempts = async (id: string): Promise<void> => {
    const names = existsSync(jobFolder(id)) ? await readdir(jobFolder(id)) : [];
    const attempts = names.filter((name) => name.startsWith('attempt-'));
    await Promise.all(attempts.map((name) => rm(path.join(jobFolder(id), name), { recursive: true, force: true })));
  };

  /** A full disk may pass; a job whose end is not stored would stay "in progress" for ever. */
  const untilStored = async (write: () => Promise<unknown>): Promise<void> => {
    while (!closing) {
      try {
        await write();
        return;
      } catch (error) {
        log.debug('studio: the end of a job was not stored', { error: String(error) });
        await sleep(STORE_RETRY_MS);
      }
    }
  };

  const start = async ({ facts, save }: NewClip): Promise<Job> => {
    const id = `video_${randomBytes(12).toString('hex')}`;
    try {
      if (save !== undefined && facts.reference !== null) {
        await mkdir(jobFolder(id), { recursive: true });
        await save(path.join(jobFolder(id), facts.reference));
      }
      const job = await store.insert({
        ...facts,
        id,
        engine: engine.name,
        created_at: unixNow(),
        owner: owner.id,
      });
      void pump();
      return job;
    } catch (error) {
      await rm(jobFolder(id), { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
  };

  const adopt = () =>
    adoptOrphans().catch((error) => log.debug('studio: orphans were not adopted', { error: String(error) }));
  const adoption = setInterval(adopt, ADOPTION_INTERVAL_MS);
  adoption.unref();
  void adopt();

  return {
    create({ reference, seed = randomBytes(4).readUInt32BE(), ...request }) {
      const { prompt, seconds } = request;
      const name = reference && `reference.${reference.suffix}`;
      return start({
        facts: {
          prompt,
          seconds: String(seconds),
          size: `${request.width}x${request.height}`,
          recipe: engine.plan({ ...request, seed }),
          reference: name ?? null,
        },
        ...(reference && { save: (file) => writeFile(file, reference.bytes, { flush: true }) }),
      });
    },

    async revise(source, revision) {
      if (source.engine !== engine.name || engine.revise === undefined) return undefined;
      const recipe = engine.revise(source.recipe, revision);
      const seconds = recipe.segments.reduce((sum, segment) => sum + segment.seconds, 0);
      const { reference } = source;
      return start({
        facts: {
          prompt: revision.prompt,
          seconds: String(seconds),
          size: source.size,
          recipe,
          reference,
          operation: revision.kind,
          source: source.id,
        },
        ...(reference && { save: (file) => copyFile(path.join(jobFolder(source.id), reference), file) }),
      });
    },

    findByDigest: (digest) => store.findByDigest(digest),

    async createCharacter(name) {
      const character = { id: `char_${randomBytes(12).toString('hex')}`, name, created_at: unixNow() };
      await store.insertCharacter(character);
      return character;
    },

    character: (id) => store.character(id),

    get: (id) => store.get(id),
    list: (query) => store.list(query),

    async remove(id) {
      const existed = await store.remove(id);
      if (!existed) return false;
      const render = running.get(id);
      render?.abort.abort(new Error('the job was deleted'));
      await render?.done;
      // The owner of the render may be another process, which is still to notice.
      await rm(jobFolder(id), { recursive: true, force: true, maxRetries: 5 });
      return true;
    },

    fileOf: (job, variant) => ({ folder: path.join(jobFolder(job.id), 'output'), name: VARIANT_FILES[variant] }),

    async close() {
      closing = true;
      clearInterval(adoption);
      await starting;
      for (const { abort } of running.values()) abort.abort(new Error('the studio is closing'));
      await Promise.allSettled([...running.values()].map(({ done }) => done));
      await store.giveBack(owner.id);
      await owner.release();
      store.close();
    },
  };
}

interface NewClip {
  facts: Pick<Job, 'prompt' | 'seconds' | 'size' | 'recipe' | 'reference'> & Partial<Pick<Job, 'operation' | 'source'>>;
  /** Writes the reference image. */
  save?(file: string): Promise<void>;
}

const unixNow = () => Math.floor(Date.now() / 1000);
