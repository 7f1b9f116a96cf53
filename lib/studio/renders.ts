import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { sha256OfFile } from '../media/hash.ts';
import { NotHere, type RemoteTask } from './engines/engine.ts';
import type { Job, Lane } from './job.ts';
import { failureOf, outcomeUnknown, StalledRender } from './jobFailure.ts';
import { bytesIn } from './retention.ts';
import { type JobStore, unixNow } from './store.ts';

export const VARIANT_FILES = {
  video: 'video.mp4',
  thumbnail: 'thumbnail.webp',
  spritesheet: 'spritesheet.jpg',
} as const;

export type Variant = keyof typeof VARIANT_FILES;

const PROGRESS_INTERVAL_MS = 250;
const STORE_RETRY_MS = 500;
/** Of so many callers it is known who had the last turn. */
const MOST_TURNS = 50;

/** The renders of one owner in one lane, a few at a time. */
export interface Renders {
  /** Starts what is queued, as far as there is room. */
  pump(): Promise<void>;
  /** Ends the render of a deleted job, if it runs here. */
  stop(id: string): Promise<void>;
  /** Ends all of them; nothing starts any more. */
  close(): Promise<void>;
}

/** How a render ended. */
export interface RenderEnd {
  lane: Lane;
  outcome: 'completed' | 'failed' | 'stopped' | 'declined';
  /** Of the clip. */
  seconds: number;
}

export interface RendersOptions {
  store: JobStore;
  /** Whose jobs are rendered. */
  owner: string;
  lane: Lane;
  /** Writes a job's files. */
  render(job: Job, task: RemoteTask): Promise<unknown>;
  /** Called with a job that was given back because it cannot go on here. */
  onDeclined(id: string): void;
  onEnd(end: RenderEnd): void;
  /** How long a completed clip can be fetched. */
  keepSeconds: number;
  log: Log;
  jobFolder(id: string): string;
  concurrency: number;
  /** A render that shows no sign of life for so long has failed; none where an engine has a limit of its own. */
  stallMs?: number;
}

export function openRenders(options: RendersOptions): Renders {
  const { store, owner, lane, log, jobFolder, concurrency, stallMs } = options;
  const running = new Map<string, { abort: AbortController; done: Promise<void> }>();
  /** Callers, the one whose job was started last at the end. */
  let turns: string[] = [];
  let closing = false;
  let starting: Promise<void> | undefined;

  const startQueued = async (): Promise<void> => {
    while (!closing && running.size < concurrency) {
      const job = await store.startNext(owner, lane, turns);
      if (job === undefined) return;
      turns = [...turns.filter((caller) => caller !== job.caller), job.caller].slice(-MOST_TURNS);
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

  const render = async (job: Job, abort: AbortController): Promise<void> => {
    const attempt = path.join(jobFolder(job.id), `attempt-${randomUUID()}`);
    let reportedAt = 0;
    let outcome: RenderEnd['outcome'] = 'stopped';
    const stall =
      stallMs === undefined ? undefined : setTimeout(() => abort.abort(new StalledRender(stallMs)), stallMs);
    const report = (done: number, total: number): void => {
      stall?.refresh();
      const now = performance.now();
      if (now - reportedAt < PROGRESS_INTERVAL_MS) return;
      reportedAt = now;
      // 100 is reserved for a clip that can be fetched.
      const percent = Math.min(99, Math.floor((100 * done) / total));
      store.setProgress(job.id, owner, percent).then(
        (isMine) => isMine || abort.abort(new Error('the job was deleted')),
        (error) => log.debug('studio: progress was not stored', { error: String(error) }),
      );
    };
    try {
      const output = path.join(jobFolder(job.id), 'output');
      // What was paid for lies there whole where an earlier process ended before it could say so.
      if (job.asked_at === null || !existsSync(output)) {
        if (job.asked_at !== null && job.ticket === null) throw outcomeUnknown(job.engine);
        await clearAttempts(job.id);
        await mkdir(attempt, { recursive: true });
        await options.render(job, {
          recipe: job.recipe,
          ...(job.reference !== null && { referencePath: path.join(jobFolder(job.id), job.reference) }),
          directory: attempt,
          onProgress: report,
          signal: abort.signal,
          ...purchaseOf(job, abort),
        });
        await rm(output, { recursive: true, force: true });
        await rename(attempt, output);
      }
      const digest = await sha256OfFile(path.join(output, VARIANT_FILES.video)).catch(() => undefined);
      const bytes = await bytesIn(jobFolder(job.id));
      const completedAt = unixNow();
      const clip = { completedAt, expiresAt: completedAt + options.keepSeconds, bytes, ...(digest && { digest }) };
      const isMine = await untilStored(() => store.complete(job.id, owner, clip));
      if (isMine) outcome = 'completed';
      else await discardIfDeleted(job.id);
    } catch (error) {
      log.debug('studio: a render failed', { job: job.id, error: String(error) });
      await rm(attempt, { recursive: true, force: true }).catch(() => undefined);
      const isStopped = abort.signal.aborted && !(abort.signal.reason instanceof StalledRender);
      outcome = isStopped ? 'stopped' : error instanceof NotHere ? 'declined' : 'failed';
      if (isStopped) await discardIfDeleted(job.id);
      else if (error instanceof NotHere) await decline(job.id, error);
      else await fail(job.id, error);
    } finally {
      clearTimeout(stall);
      running.delete(job.id);
      options.onEnd({ lane, outcome, seconds: Number(job.seconds) });
      if (!closing) void pump();
    }
  };

  /** What an engine elsewhere needs so that nothing is asked for twice. */
  const purchaseOf = (job: Job, abort: AbortController) => {
    const { id, ticket, asked_at: askedAt } = job;
    const ifMine = (isMine: boolean): void => {
      if (!isMine) abort.abort(new Error('the job was deleted'));
    };
    return {
      jobId: id,
      ...(ticket !== null && askedAt !== null && { ticket, askedAt }),
      async commit() {
        abort.signal.throwIfAborted();
        ifMine(await store.setAsked(id, owner, unixNow()));
        if (!abort.signal.aborted) return;
        await store.setAsked(id, owner, null);
        throw abort.signal.reason;
      },
      takeBack: async () => ifMine(await store.setAsked(id, owner, null)),
      keep: (given: string) => untilStored(async () => ifMine(await store.setTicket(id, owner, given))),
      // What is only said must not cost the clip.
      tell: (facts: Parameters<RemoteTask['tell']>[0]) =>
        store
          .addFacts(id, owner, facts)
          .then(ifMine, (error) => log.debug('studio: facts were not stored', { error: String(error) })),
    };
  };

  const fail = async (id: string, error: unknown): Promise<void> => {
    await untilStored(() => store.fail(id, owner, failureOf(error)));
    // Its picture is of no more use. What cannot be removed now is found later.
    await rm(jobFolder(id), { recursive: true, force: true }).catch(() => undefined);
  };

  const decline = async (id: string, reason: NotHere): Promise<void> => {
    options.onDeclined(id);
    await untilStored(() => store.addFacts(id, owner, { notes: [`Left to another studio: ${reason.message}`] }));
    await untilStored(() => store.giveBack(owner, id));
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

  /**
   * A full disk may pass; a job whose end is not stored would stay "in progress" for ever.
   * @returns undefined where the studio closes first
   */
  const untilStored = async <T>(write: () => Promise<T>): Promise<T | undefined> => {
    do {
      try {
        return await write();
      } catch (error) {
        log.debug('studio: a step of a job was not stored', { error: String(error) });
        await sleep(STORE_RETRY_MS);
      }
    } while (!closing);
    return undefined;
  };

  return {
    pump,

    async stop(id) {
      const render = running.get(id);
      render?.abort.abort(new Error('the job was deleted'));
      await render?.done;
    },

    async close() {
      closing = true;
      await starting;
      for (const { abort } of running.values()) abort.abort(new Error('the studio is closing'));
      await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
  };
}
