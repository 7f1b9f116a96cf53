import path from 'node:path';
import { type Database, openDatabase, type Row } from '../sqlite.ts';
import type { Recipe } from './engines/engine.ts';
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
}

/** A figure of its own that prompts can name. */
export interface Character {
  id: string;
  name: string;
  /** Unix seconds. */
  created_at: number;
}

const OPEN = "status IN ('queued', 'in_progress')";

export type NewJob = Omit<Job, 'status' | 'progress' | 'completed_at' | 'error' | 'operation' | 'source'> &
  Partial<Pick<Job, 'operation' | 'source'>>;

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
  /** Takes over the unfinished jobs of an owner that is gone. */
  adopt(from: string | null, to: string): Promise<void>;
  /** Marks the oldest queued job of this owner as running. */
  startNext(owner: string): Promise<Job | undefined>;
  /** @returns false where the job was deleted or is another owner's by now */
  setProgress(id: string, owner: string, percent: number): Promise<boolean>;
  /** `digest` is the clip's sha256, by which it is known again. */
  complete(id: string, owner: string, completedAt: number, digest?: string): Promise<boolean>;
  fail(id: string, owner: string, error: { code: string; message: string }): Promise<boolean>;
  /** Gives unfinished jobs back, for another studio or the next start. */
  giveBack(owner: string): Promise<void>;
  /** The newest finished job whose clip has these bytes. */
  findByDigest(digest: string): Promise<Job | undefined>;
  insertCharacter(character: Character): Promise<void>;
  character(id: string): Promise<Character | undefined>;
  close(): void;
}

export async function openJobStore(folder: string): Promise<JobStore> {
  const database = await openDatabase(path.join(folder, 'jobs.db'), MIGRATIONS);
  const changed = async (...call: Parameters<Database['run']>) => (await database.run(...call)) > 0;
  const getOne = async (id: string) => {
    const [row] = await database.all('SELECT * FROM jobs WHERE id = ?', id);
    return row && jobOf(row);
  };
  return {
    async insert({ operation = 'create', source = null, ...job }) {
      await database.run(
        `INSERT INTO jobs (id, status, engine, prompt, seconds, size, created_at, recipe, reference, owner, operation, source)
         VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
      );
      return { ...job, operation, source, status: 'queued', progress: 0, completed_at: null, error: null };
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

    async adopt(from, to) {
      await database.run(
        `UPDATE jobs SET owner = ?, status = 'queued', progress = 0 WHERE ${OPEN} AND owner IS ?`,
        to,
        from,
      );
    },

    async startNext(owner) {
      const [row] = await database.all(
        `UPDATE jobs SET status = 'in_progress', progress = 0 WHERE number =
           (SELECT min(number) FROM jobs WHERE status = 'queued' AND owner = ?) RETURNING *`,
        owner,
      );
      return row && jobOf(row);
    },

    setProgress: (id, owner, percent) =>
      changed(`UPDATE jobs SET progress = ? WHERE id = ? AND owner = ? AND status = 'in_progress'`, percent, id, owner),

    complete: (id, owner, completedAt, digest) =>
      changed(
        `UPDATE jobs SET status = 'completed', progress = 100, completed_at = ?, digest = ?, owner = NULL
         WHERE id = ? AND owner = ? AND status = 'in_progress'`,
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

    async giveBack(owner) {
      await database.run(
        `UPDATE jobs SET owner = NULL, status = 'queued', progress = 0 WHERE owner = ? AND ${OPEN}`,
        owner,
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

    close: () => database.close(),
  };
}

export const unixNow = (): number => Math.floor(Date.now() / 1000);

function jobOf(row: Row): Job {
  return {
    id: String(row.id),
    status: statusOf(row.status),
    progress: Number(row.progress),
    engine: String(row.engine),
    prompt: String(row.prompt),
    seconds: String(row.seconds),
    size: String(row.size),
    created_at: Number(row.created_at),
    completed_at: row.completed_at === null ? null : Number(row.completed_at),
    error: row.error === null ? null : JSON.parse(String(row.error)),
    recipe: JSON.parse(String(row.recipe)),
    reference: row.reference === null ? null : String(row.reference),
    owner: row.owner === null ? null : String(row.owner),
    operation: operationOf(row.operation),
    source: row.source === null ? null : String(row.source),
  };
}

export function operationOf(value: unknown): Operation {
  return value === 'remix' || value === 'edit' || value === 'extension' ? value : 'create';
}

export function statusOf(value: unknown): JobStatus {
  return value === 'queued' || value === 'in_progress' || value === 'completed' ? value : 'failed';
}
