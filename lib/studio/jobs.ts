import { randomBytes } from 'node:crypto';
import { copyFile, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Log } from '../log.ts';
import type { Engine, RecipeCharacter, RemoteEngine, Revision } from './engines/engine.ts';
import type { Character, Job } from './job.ts';
import { openDoor, queueFull } from './newJobs.ts';
import { claimOwnership } from './owner.ts';
import { openRenders, type RenderEnd, VARIANT_FILES, type Variant } from './renders.ts';
import { defaultQuota, openRetention } from './retention.ts';
import { secondsOf } from './secondsOf.ts';
import type { Sender } from './sender.ts';
import { openJobStore, unixNow } from './store.ts';
import type { Figures } from './tally.ts';

const ADOPTION_INTERVAL_MS = 1_000;
/** A render that shows no sign of life for so long has failed. */
const STALL_MS = 60_000;
/** A key that is refused may be taken again, and the clip is paid for. */
const DECLINED_MS = 60_000;
const KEEP_SECONDS = 30 * 86_400;
const MOST_QUEUED = 1_000;
/** They wait on a network, not for cores. */
const REMOTE_CONCURRENCY = 16;

export interface JobRequest {
  /** What makes the clip elsewhere. @default the studio's own engine */
  remote?: RemoteEngine;
  /** The model's name in the request, where that is not what makes the clip. */
  requestedModel?: string;
  prompt: string;
  seconds: number;
  width: number;
  height: number;
  seed?: number;
  /** A file of the request's own, which becomes the job's. */
  reference?: { path: string; bytes: number; suffix: string };
  characters?: RecipeCharacter[];
}

/** Made, rendered a few at a time, taken up again after a crash, and cleared away in the end. */
export interface Jobs {
  /** @throws RequestError 429 where the caller's jobs already fill their part of the queue */
  requireRoom(caller: string): Promise<void>;
  /** @throws as `requireRoom` */
  create(request: JobRequest, sender?: Sender): Promise<Job>;
  /**
   * Starts a job on a completed one's changed recipe.
   * @returns undefined where this engine cannot change that clip
   * @throws as `requireRoom`
   */
  revise(source: Job, revision: Revision, sender: Sender): Promise<Job | undefined>;
  get(id: string): Promise<Job | undefined>;
  /** The completed job that made a file, known by its sha256. */
  findByDigest(digest: string): Promise<Job | undefined>;
  list(query: { limit: number; order: 'asc' | 'desc'; after?: string }): Promise<{ jobs: Job[]; hasMore: boolean }>;
  /** Also stops the render of a running job. @returns false where there was no such job */
  remove(id: string): Promise<boolean>;
  /** Where a completed job's file lies. */
  fileOf(job: Job, variant: Variant): { folder: string; name: string };
  figures(): Promise<Omit<Figures, 'streams'>>;
  createCharacter(name: string): Promise<Character>;
  character(id: string): Promise<Character | undefined>;
  close(): Promise<void>;
}

export interface JobsOptions {
  /** Everything is kept below it; several processes may share it. */
  folder: string;
  engine: Engine;
  /** Opens what makes the clips of a `provider/model`. @throws NotHere */
  openRemote(model: string): Promise<RemoteEngine>;
  log: Log;
  /** Renders at once. @default the number of cores */
  concurrency?: number;
  /** Clips that are made elsewhere at once. @default 16 */
  remoteConcurrency?: number;
  /** @default 60000 */
  stallMs?: number;
  /** After which a job that could not go on here is tried again. @default 60000 */
  declinedMs?: number;
  /** How long a completed clip can be fetched. @default 30 days */
  keepSeconds?: number;
  /** What all files of all jobs may have. @default 20 GiB, or a tenth of the disk where that is less */
  quotaBytes?: number;
  /** Jobs that may wait. @default 1000 */
  mostQueued?: number;
  /** Between how many callers they are divided. @default 1 */
  callers?: number;
  onRenderEnd?(end: RenderEnd): void;
}

export async function openJobs({
  folder,
  engine,
  openRemote,
  log,
  concurrency = availableParallelism(),
  remoteConcurrency = REMOTE_CONCURRENCY,
  stallMs = STALL_MS,
  declinedMs = DECLINED_MS,
  keepSeconds = KEEP_SECONDS,
  mostQueued = MOST_QUEUED,
  callers = 1,
  ...options
}: JobsOptions): Promise<Jobs> {
  const store = await openJobStore(folder);
  const owner = await claimOwnership(path.join(folder, 'owners'));
  const { quotaBytes = await defaultQuota(folder) } = options;
  const retention = openRetention({ folder, clips: store.kept, quotaBytes, log });
  const room = { jobs: mostQueued, share: Math.ceil(mostQueued / callers), bytes: quotaBytes };
  const jobFolder = (id: string) => path.join(folder, 'jobs', id);
  /** Jobs that this process cannot go on with at the moment. */
  const declined = new Set<string>();
  const common = {
    ...{ store, owner: owner.id, log, jobFolder, keepSeconds },
    onDeclined(id: string) {
      declined.add(id);
      setTimeout(() => declined.delete(id), declinedMs).unref();
    },
    onEnd(end: RenderEnd) {
      options.onRenderEnd?.(end);
      void retention.sweep();
    },
  };
  const lanes = [
    openRenders({ ...common, lane: 'local', concurrency, stallMs, render: (_job, task) => engine.render(task) }),
    openRenders({
      ...common,
      lane: 'remote',
      concurrency: remoteConcurrency,
      render: async (job, task) => (await openRemote(job.engine)).render(task),
    }),
  ];
  const pump = async () => void (await Promise.all(lanes.map((lane) => lane.pump())));
  let closing = false;

  const adoptOrphans = async (): Promise<void> => {
    for (const other of await store.ownersOfOpenJobs()) {
      if (closing) return;
      if (other === null || (await owner.isGone(other))) await store.adopt(other, owner.id, [...declined]);
    }
    await pump();
  };

  const start = openDoor({ store, owner: owner.id, room, jobFolder, onStarted: () => void pump() });

  const adopt = () =>
    adoptOrphans().catch((error) => log.debug('studio: orphans were not adopted', { error: String(error) }));
  const adoption = setInterval(adopt, ADOPTION_INTERVAL_MS);
  adoption.unref();
  void adopt();
  owner.clearGone().catch((error) => log.debug('studio: old locks were not cleared', { error: String(error) }));

  return {
    async requireRoom(caller) {
      if (!(await store.hasRoom(owner.id, caller, room))) throw queueFull();
    },

    create({ reference, remote, requestedModel, seed, ...request }, sender = { caller: '' }) {
      const { prompt, width, height } = request;
      const name = reference && `reference.${reference.suffix}`;
      const wanted =
        seed === undefined
          ? { ...request, seed: randomBytes(4).readUInt32BE(), isSeedRandom: true as const }
          : { ...request, seed };
      const { recipe, notes = [] } = remote === undefined ? { recipe: engine.plan(wanted) } : remote.plan(wanted);
      return start({
        facts: {
          engine: (remote ?? engine).name,
          prompt,
          seconds: String(secondsOf(recipe)),
          size: `${width}x${height}`,
          recipe,
          reference: name ?? null,
          requested_model: requestedModel ?? null,
          notes,
          ...sender,
        },
        ...(reference && { save: (file) => rename(reference.path, file) }),
      });
    },

    async revise(source, revision, sender) {
      if (source.engine !== engine.name || engine.revise === undefined) return undefined;
      const recipe = engine.revise(source.recipe, revision);
      const { reference } = source;
      return start({
        facts: {
          engine: engine.name,
          prompt: revision.prompt,
          seconds: String(secondsOf(recipe)),
          size: source.size,
          recipe,
          reference,
          operation: revision.kind,
          source: source.id,
          ...sender,
        },
        ...(reference && { save: (file) => copyFile(path.join(jobFolder(source.id), reference), file) }),
      });
    },

    findByDigest: (digest) => store.findByDigest(digest),

    async figures() {
      const [byStatus, open, bytes] = await Promise.all([
        store.countByStatus(),
        store.countOpen(owner.id),
        store.kept.bytes(),
      ]);
      return { byStatus, open, bytes, quotaBytes, evictions: retention.evictions };
    },

    async createCharacter(name) {
      const character = { id: `char_${randomBytes(12).toString('hex')}`, name, created_at: unixNow() };
      await store.insertCharacter(character);
      return character;
    },

    character: (id) => store.character(id),
    get: (id) => store.get(id),
    list: (query) => store.list(query),

    async remove(id) {
      if (!(await store.remove(id))) return false;
      await Promise.all(lanes.map((lane) => lane.stop(id)));
      // The owner of the render may be another process, which is still to notice.
      await rm(jobFolder(id), { recursive: true, force: true, maxRetries: 5 });
      return true;
    },

    fileOf: (job, variant) => ({ folder: path.join(jobFolder(job.id), 'output'), name: VARIANT_FILES[variant] }),

    async close() {
      closing = true;
      clearInterval(adoption);
      await retention.close();
      await Promise.all(lanes.map((lane) => lane.close()));
      try {
        await store.giveBack(owner.id);
      } finally {
        // Without the lock the jobs are anybody's, given back or not.
        await owner.release();
        store.close();
      }
    },
  };
}
