import type { Database } from '../sqlite.ts';

/** So that nobody waits long for the store. */
const MOST_AT_ONCE = 200;

const FINISHED = "status IN ('completed', 'failed')";
const IS_WASTE = "bytes > 0 AND (status = 'failed' OR status = 'completed' AND expires_at <= ?)";
/** A clip that somebody may have paid for counts as a week younger: ours can be drawn anew. */
const OLDEST_FIRST = "ORDER BY completed_at + (instr(engine, '/') > 0) * 604800, number";
const NEWEST = `SELECT number FROM jobs WHERE status = 'completed' AND bytes > 0 ORDER BY completed_at DESC, number DESC LIMIT 1`;

/** The clips of which the store says that their files are there. Several studios may clear away at the same time. */
export interface KeptClips {
  /** Of all jobs' files. */
  bytes(): Promise<number>;
  /** Lets the oldest clips but the newest expire now, until the others have no more bytes than that. @returns how many did */
  expireBeyond(bytes: number, now: number): Promise<number>;
  /** Lets what is older than the newest jobs, so many of them, expire now. */
  expireOlder(jobs: number, now: number): Promise<void>;
  /** Jobs whose files are of no more use: expired clips, and what failed ones were to be made with. */
  waste(now: number): Promise<{ id: string; isClip: boolean }[]>;
  /** Notes that the files are gone. */
  setGone(ids: readonly string[]): Promise<void>;
  /** Forgets finished jobs without files, changes of jobs that are gone, and figures, beyond the newest. */
  forgetOlder(jobs: number, characters: number): Promise<void>;
  /** Completed jobs whose bytes nobody counted. */
  unmeasured(): Promise<string[]>;
  setBytes(id: string, bytes: number): Promise<void>;
  /** Of those ids the ones that no job has. */
  unknown(ids: readonly string[]): Promise<string[]>;
}

export function keptClipsOf(database: Database): KeptClips {
  const idsOf = async (...query: Parameters<Database['all']>) =>
    (await database.all(...query)).map(({ id }) => String(id));
  const bytes = async () =>
    Number((await database.all('SELECT total(bytes) AS bytes FROM jobs WHERE bytes > 0'))[0]?.bytes);
  return {
    bytes,

    async expireBeyond(most, now) {
      if ((await bytes()) <= most) return 0;
      // What is below the line, counted from the newest; open jobs' files are there in any case.
      return await database.run(
        `WITH clips AS (
           SELECT number, sum(bytes) OVER (${OLDEST_FIRST} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS from_here
           FROM jobs WHERE status = 'completed' AND bytes > 0 AND expires_at > ?1)
         UPDATE jobs SET expires_at = ?1 WHERE number IN (SELECT number FROM clips WHERE number <> (${NEWEST}) AND from_here > ?2 -
           (SELECT total(bytes) FROM jobs WHERE bytes > 0 AND status IN ('queued', 'in_progress')))`,
        now,
        most,
      );
    },

    async expireOlder(jobs, now) {
      await database.run(
        `UPDATE jobs SET expires_at = ?1 WHERE status = 'completed' AND bytes > 0 AND expires_at > ?1 AND number <=
           (SELECT number FROM jobs ORDER BY number DESC LIMIT 1 OFFSET ?2)`,
        now,
        jobs,
      );
    },

    async waste(now) {
      const rows = await database.all(`SELECT id, status FROM jobs WHERE ${IS_WASTE} LIMIT ${MOST_AT_ONCE}`, now);
      return rows.map(({ id, status }) => ({ id: String(id), isClip: status === 'completed' }));
    },

    async setGone(ids) {
      await database.run('UPDATE jobs SET bytes = 0 WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
    },

    async forgetOlder(jobs, characters) {
      await database.run(
        `DELETE FROM jobs WHERE ${FINISHED} AND bytes = 0 AND number <=
           (SELECT number FROM jobs ORDER BY number DESC LIMIT 1 OFFSET ?)`,
        jobs,
      );
      await database.run(
        `DELETE FROM job_changes WHERE job NOT IN (SELECT id FROM jobs) AND number <=
           (SELECT number FROM job_changes ORDER BY number DESC LIMIT 1 OFFSET ?)`,
        jobs,
      );
      await database.run(
        'DELETE FROM characters WHERE rowid <= (SELECT rowid FROM characters ORDER BY rowid DESC LIMIT 1 OFFSET ?)',
        characters,
      );
    },

    unmeasured: () => idsOf(`SELECT id FROM jobs WHERE bytes IS NULL AND ${FINISHED} LIMIT ${MOST_AT_ONCE}`),

    async setBytes(id, counted) {
      await database.run('UPDATE jobs SET bytes = ? WHERE id = ? AND bytes IS NULL', counted, id);
    },

    unknown: (ids) =>
      idsOf('SELECT value AS id FROM json_each(?) WHERE value NOT IN (SELECT id FROM jobs)', JSON.stringify(ids)),
  };
}
