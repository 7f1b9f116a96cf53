import type { Attempt, Clip } from '../../types/ledger.ts';
import { type Spending, spending } from './budget.ts';
import type { LedgerDriver, Statements, Value } from './driver.ts';
import { attemptOf, clipOf } from './rows.ts';

/** What can be asked of a ledger; nothing is moved. */
export interface LedgerReads {
  /** What `intend` would find. */
  find(hash: string, session: string): Promise<Clip | undefined>;
  get(key: string): Promise<Clip | undefined>;
  byJob(server: string, jobId: string): Promise<Clip | undefined>;
  /** The same, by whatever name the server is called: ids of the studio are no other server's. */
  byStudioJob(jobId: string): Promise<Clip | undefined>;
  /** The clip whose file this is, and which is not published yet. */
  byFile(workspace: string, path: string): Promise<Clip | undefined>;
  /** Newest first. */
  list(filter?: { workspace?: string; isOpen?: boolean; limit?: number }): Promise<Clip[]>;
  attempts(key: string): Promise<Attempt[]>;
  /** Answers that came for an attempt which another process had already taken over. */
  orphans(): Promise<Attempt[]>;
  spending(isFree: boolean): Promise<Spending>;
  /** How long the newest clips of a server took from their sending to their address; undefined where there are none. */
  usualMs(server: string): Promise<number | undefined>;
}

export function createReads(driver: LedgerDriver, now: () => number): LedgerReads {
  return {
    find: (hash, session) => wantedClip(driver, hash, session),
    get: (key) => oneClip(driver, 'key = ?', key),
    byJob: (server, jobId) => oneClip(driver, 'server = ? AND job_id = ?', server, jobId),
    byStudioJob: (jobId) => oneClip(driver, 'job_id = ?', jobId),

    async byFile(workspace, path) {
      const rows = await driver.all(
        "SELECT * FROM clips WHERE state = 'downloaded' AND workspace = ? ORDER BY updated_at DESC LIMIT 1000",
        workspace,
      );
      return rows.map(clipOf).find(({ file }) => file?.path === path);
    },

    async list({ workspace, isOpen: wanted, limit = 1_000 } = {}) {
      const rows = await driver.all(
        `SELECT * FROM clips WHERE (? = '' OR workspace = ?) AND (? < 0 OR is_open = ?) ORDER BY created_at DESC, key LIMIT ?`,
        ...[workspace ?? '', workspace ?? ''],
        ...[wanted === undefined ? -1 : 0, wanted === true ? 1 : 0],
        limit,
      );
      return rows.map(clipOf);
    },

    attempts: async (key) =>
      (await driver.all('SELECT * FROM attempts WHERE clip = ? ORDER BY number', key)).map(attemptOf),
    orphans: async () =>
      (await driver.all("SELECT * FROM attempts WHERE outcome = 'orphan' ORDER BY started_at DESC")).map(attemptOf),
    spending: (isFree) => spending(driver, isFree, now()),

    async usualMs(server) {
      const rows = await driver.all(
        `SELECT updated_at - sent_at AS ms FROM clips WHERE state = 'published' AND server = ? AND sent_at IS NOT NULL
         ORDER BY created_at DESC LIMIT 49`,
        server,
      );
      return rows.map(({ ms }) => Number(ms)).sort((a, b) => a - b)[Math.floor(rows.length / 2)];
    },
  };
}

/** The newest clip of which this holds. */
export async function oneClip(sql: Statements, where: string, ...values: Value[]): Promise<Clip | undefined> {
  const [row] = await sql.all(`SELECT * FROM clips WHERE ${where} ORDER BY created_at DESC, key LIMIT 1`, ...values);
  return row && clipOf(row);
}

/** The clip that the same wish finds: an open one from every process, a finished one within its session. */
export async function wantedClip(sql: Statements, hash: string, session: string): Promise<Clip | undefined> {
  return (
    (await oneClip(sql, 'hash = ? AND is_open = 1', hash)) ??
    (await oneClip(sql, "hash = ? AND session = ? AND state <> 'failed'", hash, session))
  );
}
