import path from 'node:path';
import type { SQLInputValue } from 'node:sqlite';
import { openDatabase, type Row } from '../../sqlite.ts';
import { operationOf, statusOf } from '../jobRow.ts';
import { MIGRATIONS } from '../migrations.ts';
import { searchTerms } from './searchTerms.ts';
import type { Card, CardPage, Counts, Relative, Status } from './wire.ts';

/** Of a prompt, on the wall. */
const PROMPT_CHARACTERS = 300;
const MOST_RELATIVES = 100;

const CARD = `jobs.number, jobs.id, status, progress, engine, substr(prompt, 1, ${PROMPT_CHARACTERS}) AS prompt, seconds, size,
  created_at, operation, error`;

export interface CardQuery {
  /** Words that all occur in prompt, id or model. */
  search: string;
  /** @default all */
  statuses?: readonly Status[];
  /** Only jobs below this number. */
  before?: number;
  limit: number;
}

/** What the page shows of the jobs. A connection of its own: it sees what every program on the state folder writes. */
export interface JobReads {
  page(query: CardQuery): Promise<CardPage>;
  counts(): Promise<Counts>;
  /** Those that were changed after a version, oldest change first; deleted ones have no card. */
  changesSince(version: number, limit: number): Promise<{ version: number; id: string; card?: Card }[]>;
  /** Of the latest change. */
  version(): Promise<number>;
  /** The clips this one was made from, up to the first, and what was made from those. */
  family(id: string): Promise<Relative[]>;
  close(): void;
}

/** @param folder the studio's own */
export async function openJobReads(folder: string): Promise<JobReads> {
  const database = await openDatabase(path.join(folder, 'jobs.db'), MIGRATIONS);

  const counts = async (where = 'TRUE', values: readonly SQLInputValue[] = []): Promise<Counts> => {
    const found: Counts = { queued: 0, in_progress: 0, completed: 0, failed: 0 };
    const rows = await database.all(
      `SELECT status, count(*) AS jobs FROM jobs WHERE ${where} GROUP BY status`,
      ...values,
    );
    for (const { status, jobs } of rows) found[statusOf(status)] = Number(jobs);
    return found;
  };
  const version = async (): Promise<number> => {
    const [row] = await database.all('SELECT max(number) AS version FROM job_changes');
    return Number(row?.version ?? 0);
  };

  return {
    async page({ search, statuses, before, limit }) {
      // First: what changes while the rest is read is told once more.
      const from = await version();
      const { where, values } = searchTerms(search);
      const rows = await database.all(
        `SELECT ${CARD} FROM jobs
         WHERE ${where} AND (? IS NULL OR status IN (SELECT value FROM json_each(?))) AND (? IS NULL OR number < ?)
         ORDER BY number DESC LIMIT ?`,
        ...values,
        ...twice(statuses === undefined ? null : JSON.stringify(statuses)),
        ...twice(before ?? null),
        limit + 1,
      );
      return {
        jobs: rows.slice(0, limit).map(cardOf),
        has_more: rows.length > limit,
        counts: await counts(where, values),
        version: from,
      };
    },

    counts: () => counts(),

    async changesSince(since, limit) {
      const rows = await database.all(
        `SELECT job_changes.number AS version, job, ${CARD} FROM job_changes LEFT JOIN jobs ON jobs.id = job
         WHERE job_changes.number > ? ORDER BY job_changes.number LIMIT ?`,
        since,
        limit,
      );
      return rows.map((row) => ({
        version: Number(row.version),
        id: String(row.job),
        ...(row.id !== null && { card: cardOf(row) }),
      }));
    },

    version,

    async family(id) {
      const rows = await database.all(
        `WITH RECURSIVE
           ancestors (id, source, height) AS (
             SELECT id, source, 0 FROM jobs WHERE id = ?1
             UNION ALL SELECT jobs.id, jobs.source, height + 1 FROM ancestors JOIN jobs ON jobs.id = ancestors.source LIMIT ?2
           ),
           descendants (id) AS (
             SELECT * FROM (SELECT id FROM ancestors ORDER BY height DESC LIMIT 1)
             UNION SELECT jobs.id FROM descendants JOIN jobs ON jobs.source = descendants.id LIMIT ?2
           )
         SELECT id, source, operation, substr(prompt, 1, ${PROMPT_CHARACTERS}) AS prompt, status FROM jobs
         WHERE id IN (SELECT id FROM ancestors UNION SELECT id FROM descendants) ORDER BY number`,
        id,
        MOST_RELATIVES,
      );
      return rows.map(relativeOf);
    },

    close: () => database.close(),
  };
}

function cardOf(row: Row): Card {
  return {
    id: String(row.id),
    number: Number(row.number),
    status: statusOf(row.status),
    progress: Number(row.progress),
    model: String(row.engine),
    prompt: String(row.prompt),
    seconds: String(row.seconds),
    size: String(row.size),
    created_at: Number(row.created_at),
    operation: operationOf(row.operation),
    error: row.error === null ? null : String(JSON.parse(String(row.error)).message),
  };
}

function relativeOf({ id, source, operation, prompt, status }: Row): Relative {
  return {
    id: String(id),
    source: source === null ? null : String(source),
    operation: operationOf(operation),
    prompt: String(prompt),
    status: statusOf(status),
  };
}

function twice(value: SQLInputValue): SQLInputValue[] {
  return [value, value];
}
