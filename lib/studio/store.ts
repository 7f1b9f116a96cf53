import path from 'node:path';
import { type Database, openDatabase } from '../sqlite.ts';
import type { Recipe } from './engines/engine.ts';
import { jobOf } from './jobRow.ts';
import { MIGRATIONS } from './migrations.ts';

export type Operation = 'create' | 'remix' | 'edit' | 'extension';
export type JobStatus = 'queued' | 'in_progress' | 'completed' | 'failed';

export interface Job {
  id: string;
  status: JobStatus;
  /** Percent. */
  progress: number;
  engine: string;
  prompt: string;
  seconds: string;
  size: string;
  /** Unix seconds. */
  created_at: number;
  completed_at: number | null;
  error: { code: string; message: string } | null;
  recipe: Recipe;
  /** Name of the reference image in the job's folder. */
  reference: string | null;
  owner: string | null;
  operation: Operation;
  /** Id of the job whose recipe this one's was made from. */
  source: string | null;
  /** The model's name in the request, where that is not what makes the clip. */
  requested_model: string | null;
  /** Unix seconds at which a provider was about to be asked for the clip: from then on it may cost, and is not asked for again. */
  asked_at: number | null;
  /** What the provider gave to fetch the clip with. */
  ticket: string | null;
  /** What is made otherwise than asked for, in words. */
  notes: string[];
  /** What the provider says the clip cost. */
  usd: number | null;
}

/** Drawn on this machine's cores, or made elsewhere: by an engine that is named `provider/model`. */
export type Lane = 'local' | 'remote';

/** A figure of its own that prompts can name. */
export interface Character {
  id: string;
  name: string;
  /** Unix seconds. */
  created_at: number;
}

const OPEN = "status IN ('queued', 'in_progress')";
const MINE = "id = ? AND owner = ? AND status = 'in_progress'";

type Made = 'operation' | 'source' | 'requested_model' | 'notes';
type Later = 'status' | 'progress' | 'completed_at' | 'error' | 'asked_at' | 'ticket' | 'usd';
export type NewJob = Omit<Job, Later | Made> & Partial<Pick<Job, Made>>;

/** The studio's jobs, shared by every studio on one state folder. A job is moved by its owner only. */
export interface JobStore {
  insert(job: NewJob): Promise<Job>;
  get(id: string): Promise<Job | undefined>;
  /** Newest first, or oldest first; `after` is the id of the last job of the page before. */
  list(query: { limit: number; order: 'asc' | 'desc'; after?: string }): Promise<{ jobs: Job[]; hasMore: boolean }>;
  /** @returns false where there was no such job */
  remove(id: string): Promise<boolean>;
  /** Owners of unfinished jobs; null stands for jobs that were given back. */
  ownersOfOpenJobs(): Promise<(string | null)[]>;
  /** Takes over the unfinished jobs of an owner that is gone, but for some. */
  adopt(from: string | null, to: string, except?: readonly string[]): Promise<void>;
  /** Marks the oldest queued job of this owner in that lane as running. */
  startNext(owner: string, lane?: Lane): Promise<Job | undefined>;
  /** Notes that the job's clip is about to be asked for, or was refused. @returns false where the job was deleted or is another owner's by now */
  setAsked(id: string, owner: string, askedAt: number | null): Promise<boolean>;
  setTicket(id: string, owner: string, ticket: string): Promise<boolean>;
  addFacts(id: string, owner: string, facts: { notes?: readonly string[]; usd?: number }): Promise<boolean>;
  /** @returns false where the job was deleted or is another owner's by now */
  setProgress(id: string, owner: string, percent: number): Promise<boolean>;
  /** `digest` is the clip's sha256, by which it is known again. */
  complete(id: string, owner: string, completedAt: number, digest?: string): Promise<boolean>;
  fail(id: string, owner: string, error: { code: string; message: string }): Promise<boolean>;
  /** Gives unfinished jobs back, or one of them, for another studio or the next start. */
  giveBack(owner: string, id?: string): Promise<void>;
  /** The newest finished job whose clip has these bytes. */
  findByDigest(digest: string): Promise<Job | undefined>;
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
    synced ??= openDatabase(file, MIGRATIONS, { synchronous: 'FULL' });
    return (await (await synced).run(...call)) > 0;
  };
  const changed = async (...call: Parameters<Database['run']>) => (await database.run(...call)) > 0;
  const getOne = async (id: string) => {
    const [row] = await database.all('SELECT * FROM jobs WHERE id = ?', id);
    return row && jobOf(row);
  };
  return {
    async insert({ operation = 'create', source = null, requested_model = null, notes = [], ...job }) {
      await database.run(
        `INSERT INTO jobs (id, status, engine, prompt, seconds, size, created_at, recipe, reference, owner, operation,
           source, requested_model, notes) VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        job.id,
        job.engine,
        job.prompt,
        job.seconds,
        job.size,
        job.created_at,
        JSON.stringify(job.recipe),
        job.reference,
        job.owner,
        operation,
        source,
        requested_model,
        JSON.stringify(notes),
      );
      return {
        ...{ ...job, operation, source, requested_model, notes, status: 'queued', progress: 0 },
        ...{ completed_at: null, error: null, asked_at: null, ticket: null, usd: null },
      };
    },

    get: getOne,

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

    async startNext(owner, lane = 'local') {
      const [row] = await database.all(
        `UPDATE jobs SET status = 'in_progress', progress = 0 WHERE number =
           (SELECT min(number) FROM jobs WHERE status = 'queued' AND owner = ? AND (instr(engine, '/') > 0) = ?)
         RETURNING *`,
        owner,
        lane === 'remote' ? 1 : 0,
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

    complete: (id, owner, completedAt, digest) =>
      changed(
        `UPDATE jobs SET status = 'completed', progress = 100, completed_at = ?, digest = ?, owner = NULL
         WHERE ${MINE}`,
        completedAt,
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

    async insertCharacter({ id, name, created_at }) {
      await database.run('INSERT INTO characters (id, name, created_at) VALUES (?, ?, ?)', id, name, created_at);
    },

    async character(id) {
      const [row] = await database.all('SELECT * FROM characters WHERE id = ?', id);
      return row && { id: String(row.id), name: String(row.name), created_at: Number(row.created_at) };
    },

    close() {
      database.close();
      void synced?.then((durable) => durable.close());
    },
  };
}

export const unixNow = (): number => Math.floor(Date.now() / 1000);
