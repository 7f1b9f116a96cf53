import path from 'node:path';
import { type Database, openDatabase } from '../sqlite.ts';
import type { Character, CompletedClip, Job, JobStatus, Lane, NewJob, OpenJobs, Room } from './job.ts';
import { jobOf } from './jobRow.ts';
import { type KeptClips, keptClipsOf } from './keptClips.ts';
import { MIGRATIONS } from './migrations.ts';

export const ORDINARY = { operation: 'create', source: null, requested_model: null, caller: '', bytes: 0 };
const OPEN = "status IN ('queued', 'in_progress')";
const HAS_ROOM = `(SELECT count(*) < ? AND total(caller = ?) < ? AND total(bytes) < ?
  FROM jobs WHERE status = 'queued' AND owner = ?)`;
const MINE = "id = ? AND owner = ? AND status = 'in_progress'";

/** The studio's jobs, shared by every studio on one state folder. A job is moved by its owner only. */
export interface JobStore {
  /** @returns undefined where that owner's queue, or the caller's part of it, is full, or the caller's key has a job */
  insert(job: NewJob, room?: Room): Promise<Job | undefined>;
  /** Is there room for one more job of that caller? */
  hasRoom(owner: string, caller: string, room: Room): Promise<boolean>;
  get(id: string): Promise<Job | undefined>;
  /** The job that a caller asked for under this key. */
  findByKey(caller: string, key: string): Promise<Job | undefined>;
  /** Newest first, or oldest first; `after` is the id of the last job of the page before. */
  list(query: { limit: number; order: 'asc' | 'desc'; after?: string }): Promise<{ jobs: Job[]; hasMore: boolean }>;
  /** @returns false where there was no such job */
  remove(id: string): Promise<boolean>;
  /** Owners of unfinished jobs; null stands for jobs that were given back. */
  ownersOfOpenJobs(): Promise<(string | null)[]>;
  /** Takes over the unfinished jobs of an owner that is gone, but for some. */
  adopt(from: string | null, to: string, except?: readonly string[]): Promise<void>;
  /**
   * Marks a queued job of this owner in that lane as running: the oldest of the caller whose last turn is longest ago.
   * @param turns callers, the latest turn last
   */
  startNext(owner: string, lane?: Lane, turns?: readonly string[]): Promise<Job | undefined>;
  /** Notes that the job's clip is about to be asked for, or was refused. @returns false where the job was deleted or is another owner's by now */
  setAsked(id: string, owner: string, askedAt: number | null): Promise<boolean>;
  setTicket(id: string, owner: string, ticket: string): Promise<boolean>;
  addFacts(id: string, owner: string, facts: { notes?: readonly string[]; usd?: number }): Promise<boolean>;
  /** @returns false where the job was deleted or is another owner's by now */
  setProgress(id: string, owner: string, percent: number): Promise<boolean>;
  complete(id: string, owner: string, clip: CompletedClip): Promise<boolean>;
  fail(id: string, owner: string, error: { code: string; message: string }): Promise<boolean>;
  /** Gives unfinished jobs back, or one of them, for another studio or the next start. */
  giveBack(owner: string, id?: string): Promise<void>;
  /** The newest finished job whose clip has these bytes. */
  findByDigest(digest: string): Promise<Job | undefined>;
  /** How many jobs there are of each status. */
  countByStatus(): Promise<Partial<Record<JobStatus, number>>>;
  /** How many of this owner's jobs wait, and run. */
  countOpen(owner: string): Promise<OpenJobs[]>;
  kept: KeptClips;
  insertCharacter(character: Character): Promise<void>;
  character(id: string): Promise<Character | undefined>;
  close(): void;
}

export async function openJobStore(folder: string): Promise<JobStore> {
  const file = path.join(folder, 'jobs.db');
  const database = await openDatabase(file, MIGRATIONS);
  let synced: Promise<Database> | undefined;
  /** What must outlast a power cut, too: without it a clip would be asked for twice. */
  const keep = async (...call: Parameters<Database['run']>) => {
    synced ??= openDatabase(file, MIGRATIONS, { synchronous: 'FULL' }).catch((error) => {
      synced = undefined;
      throw error;
    });
    return (await (await synced).run(...call)) > 0;
  };
  const changed = async (...call: Parameters<Database['run']>) => (await database.run(...call)) > 0;
  const getOne = async (id: string) => {
    const [row] = await database.all('SELECT * FROM jobs WHERE id = ?', id);
    return row && jobOf(row);
  };
  return {
    async insert({ notes = [], recipe, ...job }, room) {
      const made = { ...ORDINARY, ...job, notes: JSON.stringify(notes), recipe: JSON.stringify(recipe) };
      const row = { ...made, status: 'queued' };
      const names = Object.keys(row);
      const isInserted = await changed(
        `INSERT INTO jobs (${names}) SELECT ${names.map(() => '?')} WHERE ${room === undefined ? 'TRUE' : HAS_ROOM}
         ON CONFLICT DO NOTHING`,
        ...Object.values(row),
        ...(room === undefined ? [] : roomValues(made.owner, made.caller, room)),
      );
      return isInserted ? await getOne(job.id) : undefined;
    },

    async hasRoom(owner, caller, room) {
      const [row] = await database.all(`SELECT ${HAS_ROOM} AS fits`, ...roomValues(owner, caller, room));
      return row?.fits === 1;
    },

    get: getOne,

    async findByKey(caller, key) {
      const [row] = await database.all('SELECT * FROM jobs WHERE caller = ? AND idempotency_key = ?', caller, key);
      return row && jobOf(row);
    },

    async list({ limit, order, after }) {
      const [direction, comparison] = order === 'asc' ? ['ASC', '>'] : ['DESC', '<'];
      const rows = await database.all(
        `SELECT * FROM jobs
         WHERE ?1 IS NULL OR number ${comparison} (SELECT number FROM jobs WHERE id = ?1)
         ORDER BY number ${direction} LIMIT ?2`,
        after ?? null,
        limit + 1,
      );
      return { jobs: rows.slice(0, limit).map(jobOf), hasMore: rows.length > limit };
    },

    remove: (id) => changed('DELETE FROM jobs WHERE id = ?', id),

    ownersOfOpenJobs: async () =>
      (await database.all(`SELECT DISTINCT owner FROM jobs WHERE ${OPEN}`)).map(({ owner }) =>
        typeof owner === 'string' ? owner : null,
      ),

    async adopt(from, to, except = []) {
      await database.run(
        `UPDATE jobs SET owner = ?, status = 'queued', progress = 0
         WHERE ${OPEN} AND owner IS ? AND id NOT IN (SELECT value FROM json_each(?))`,
        to,
        from,
        JSON.stringify(except),
      );
    },

    async startNext(owner, lane = 'local', turns = []) {
      const [row] = await database.all(
        `UPDATE jobs SET status = 'in_progress', progress = 0 WHERE number =
           (SELECT number FROM jobs WHERE status = 'queued' AND owner = ? AND (instr(engine, '/') > 0) = ?
            ORDER BY (SELECT key FROM json_each(?) WHERE value = caller), number LIMIT 1)
         RETURNING *`,
        owner,
        lane === 'remote' ? 1 : 0,
        JSON.stringify(turns),
      );
      return row && jobOf(row);
    },

    setAsked: (id, owner, askedAt) => keep(`UPDATE jobs SET asked_at = ? WHERE ${MINE}`, askedAt, id, owner),

    setTicket: (id, owner, ticket) => keep(`UPDATE jobs SET ticket = ? WHERE ${MINE}`, ticket, id, owner),

    addFacts: (id, owner, { notes = [], usd }) =>
      changed(
        `UPDATE jobs SET usd = coalesce(?, usd), notes =
           (SELECT json_group_array(DISTINCT value) FROM (SELECT value FROM json_each(jobs.notes) UNION ALL SELECT value FROM json_each(?)))
         WHERE ${MINE}`,
        usd ?? null,
        JSON.stringify(notes),
        id,
        owner,
      ),

    setProgress: (id, owner, percent) => changed(`UPDATE jobs SET progress = ? WHERE ${MINE}`, percent, id, owner),

    complete: (id, owner, { completedAt, expiresAt, bytes, digest }) =>
      changed(
        `UPDATE jobs SET status = 'completed', progress = 100, completed_at = ?, expires_at = ?, bytes = ?, digest = ?,
           owner = NULL WHERE ${MINE}`,
        completedAt,
        expiresAt,
        bytes,
        digest ?? null,
        id,
        owner,
      ),

    fail: (id, owner, error) =>
      changed(
        `UPDATE jobs SET status = 'failed', error = ?, owner = NULL WHERE id = ? AND owner = ? AND ${OPEN}`,
        JSON.stringify(error),
        id,
        owner,
      ),

    async giveBack(owner, id) {
      await database.run(
        `UPDATE jobs SET owner = NULL, status = 'queued', progress = 0
         WHERE owner = ?1 AND (?2 IS NULL OR id = ?2) AND ${OPEN}`,
        owner,
        id ?? null,
      );
    },

    async findByDigest(digest) {
      const [row] = await database.all(
        `SELECT * FROM jobs WHERE digest = ? AND status = 'completed' ORDER BY number DESC LIMIT 1`,
        digest,
      );
      return row && jobOf(row);
    },

    async countByStatus() {
      const rows = await database.all('SELECT status, count(*) AS jobs FROM jobs GROUP BY status');
      return Object.fromEntries(rows.map(({ status, jobs }) => [status, Number(jobs)]));
    },

    async countOpen(owner) {
      const rows = await database.all(
        `SELECT instr(engine, '/') > 0 AS is_remote, total(status = 'queued') AS queued, total(status = 'in_progress') AS running
         FROM jobs WHERE owner = ? AND ${OPEN} GROUP BY 1`,
        owner,
      );
      return rows.map(({ is_remote, queued, running }) => ({
        ...{ lane: is_remote === 1 ? ('remote' as const) : ('local' as const), queued: Number(queued) },
        running: Number(running),
      }));
    },

    kept: keptClipsOf(database),

    async insertCharacter({ id, name, created_at }) {
      await database.run('INSERT INTO characters (id, name, created_at) VALUES (?, ?, ?)', id, name, created_at);
    },

    async character(id) {
      const [row] = await database.all('SELECT * FROM characters WHERE id = ?', id);
      return row && { id: String(row.id), name: String(row.name), created_at: Number(row.created_at) };
    },

    close() {
      database.close();
      synced?.then(
        (durable) => durable.close(),
        () => undefined,
      );
    },
  };
}

function roomValues(owner: string | null, caller: string, { jobs, share, bytes }: Room) {
  return [jobs, caller, share, bytes, owner];
}

export const unixNow = (): number => Math.floor(Date.now() / 1000);
