import { createHash } from 'node:crypto';
import type { Clip } from '../../types/ledger.ts';
import type {
  Film,
  PlanChanges,
  Shot,
  ShotState,
  ShotView,
  Storyboard,
  StoryboardPlan,
} from '../../types/storyboard.ts';
import { VideoToolsetError } from '../errors.ts';
import { type AssignedShot, assign } from './assign.ts';
import type { LedgerDriver, Statements } from './driver.ts';
import { clipOf } from './rows.ts';
import { shotOf, storyboardOf, viewOf } from './shots.ts';

type Reason = NonNullable<Shot['error']>;

/** Storyboards and their shots; where a clip of theirs stands, the ledger's own rows tell. Safe for many processes. */
export interface Storyboards {
  /** Writes a storyboard down, or what another version of it changed. */
  plan(plan: StoryboardPlan): Promise<PlanChanges>;
  /** What `plan` would change. */
  preview(plan: StoryboardPlan): Promise<PlanChanges>;
  get(id: string): Promise<Storyboard | undefined>;
  /** Newest first. */
  list(filter?: { workspace?: string; limit?: number }): Promise<Storyboard[]>;
  keepFilm(id: string, film: Film): Promise<void>;

  shot(storyboard: string, id: string): Promise<Shot | undefined>;
  /** Every shot, by its number, after one. */
  shots(storyboard: string, page: Page): Promise<Shot[]>;
  /** Shots that can be worked on, by their number, after one. */
  ready(storyboard: string, page: Page): Promise<Shot[]>;
  /** Every shot with its clip and what it cost, by its number, after one. */
  views(storyboard: string, page: Page): Promise<ShotView[]>;
  /** How many shots are in which state. */
  counts(storyboard: string): Promise<Partial<Record<ShotState, number>>>;

  /**
   * Gives a clip to a shot, for good. `taken`: another shot of this storyboard has it; `changed`: the shot is not what it
   * was when it was read.
   */
  claim(shot: Shot, clip: string): Promise<'claimed' | 'taken' | 'changed'>;
  /** Another number for a shot that wants what another one has. */
  anotherTake(shot: Shot): Promise<void>;
  /** Its clip is published. @returns the shots that waited for it alone */
  done(shot: Shot, clip: string): Promise<Shot[]>;
  fail(shot: Shot, reason: Reason): Promise<void>;
  /** What stands in its way just now; undefined for nothing. */
  note(shot: Shot, reason: Reason | undefined): Promise<void>;
  /** Lets every failed shot be made anew. @returns how many */
  retryFailed(storyboard: string): Promise<number>;
}

export interface Page {
  /** The last number of the page before. @default 0 */
  after?: number;
  limit: number;
}

/** Rows in one statement: both stores allow some thousands of values. */
const ROWS_AT_ONCE = 200;

const PAGE_OF_SHOTS = 'SELECT * FROM shots WHERE storyboard = ? AND number > ? ORDER BY number LIMIT ?';

export function createStoryboards(driver: LedgerDriver, now: () => number): Storyboards {
  const oneShot = async (sql: Statements, storyboard: string, id: string): Promise<Shot | undefined> => {
    const [row] = await sql.all('SELECT * FROM shots WHERE storyboard = ? AND id = ?', storyboard, id);
    return row && shotOf(row);
  };

  return {
    plan: (plan) =>
      driver.transaction(async (sql) => {
        const hash = hashOf(plan);
        const [known] = await sql.all('SELECT hash FROM storyboards WHERE id = ?', plan.id);
        if (known?.hash === hash) return await unchanged(sql, plan.id);
        const { shots, changes } = assign(plan.shots, await shotsOf(sql, plan.id));
        await writeStoryboard(sql, plan, hash, now());
        await sql.run('DELETE FROM shots WHERE storyboard = ?', plan.id);
        for (let from = 0; from < shots.length; from += ROWS_AT_ONCE)
          await writeShots(sql, plan.id, shots.slice(from, from + ROWS_AT_ONCE));
        return changes;
      }),

    preview: async (plan) => assign(plan.shots, await shotsOf(driver, plan.id)).changes,

    async get(id) {
      const [row] = await driver.all('SELECT * FROM storyboards WHERE id = ?', id);
      return row && storyboardOf(row);
    },

    list: async ({ workspace = '', limit = 100 } = {}) =>
      (
        await driver.all(
          "SELECT * FROM storyboards WHERE (? = '' OR workspace = ?) ORDER BY updated_at DESC, id LIMIT ?",
          ...[workspace, workspace, limit],
        )
      ).map(storyboardOf),

    async keepFilm(id, film) {
      const values = [JSON.stringify(film), now(), id];
      await driver.run('UPDATE storyboards SET film = ?, updated_at = ? WHERE id = ?', ...values);
    },

    shot: (storyboard, id) => oneShot(driver, storyboard, id),

    shots: async (storyboard, { after = 0, limit }) =>
      (await driver.all(PAGE_OF_SHOTS, storyboard, after, limit)).map(shotOf),

    ready: async (storyboard, { after = 0, limit }) =>
      (
        await driver.all(
          "SELECT * FROM shots WHERE storyboard = ? AND stage = 'ready' AND number > ? ORDER BY number LIMIT ?",
          ...[storyboard, after, limit],
        )
      ).map(shotOf),

    async views(storyboard, { after = 0, limit }) {
      const values = [storyboard, after, limit];
      const shots = (await driver.all(PAGE_OF_SHOTS, ...values)).map(shotOf);
      const own = `(SELECT clip FROM (${PAGE_OF_SHOTS}) AS page)`;
      const clips = (await driver.all(`SELECT * FROM clips WHERE key IN ${own}`, ...values)).map(clipOf);
      const costs = await driver.all(
        `SELECT clip, sum(seconds) AS seconds, sum(usd) AS usd, count(*) AS attempts, count(usd) AS priced
         FROM attempts WHERE is_counted = 1 AND clip IN ${own} GROUP BY clip`,
        ...values,
      );
      const byKey = new Map<string, Clip>(clips.map((clip) => [clip.key, clip]));
      const costOf = new Map(costs.map((row) => [String(row.clip), costIn(row)]));
      return shots.map((shot) => viewOf(shot, byKey.get(shot.clip ?? ''), costOf.get(shot.clip ?? '')));
    },

    async counts(storyboard) {
      const rows = await driver.all(
        `SELECT CASE shots.stage WHEN 'failed' THEN 'failed' ELSE coalesce(clips.state, shots.stage) END AS state, count(*) AS shots
         FROM shots LEFT JOIN clips ON clips.key = shots.clip WHERE shots.storyboard = ? GROUP BY 1`,
        storyboard,
      );
      return Object.fromEntries(rows.map(({ state, shots }) => [String(state), Number(shots)]));
    },

    claim: (shot, clip) =>
      driver.transaction(async (sql) => {
        const present = await oneShot(sql, shot.storyboard, shot.id);
        if (present?.hash !== shot.hash || present.take !== shot.take || present.stage !== 'ready') return 'changed';
        if (present.clip !== undefined) return present.clip === clip ? 'claimed' : 'changed';
        const others = await sql.all('SELECT id FROM shots WHERE storyboard = ? AND clip = ?', shot.storyboard, clip);
        if (others.length > 0) return 'taken';
        const set = 'UPDATE shots SET clip = ?, error = NULL WHERE storyboard = ? AND id = ?';
        await sql.run(set, clip, shot.storyboard, shot.id);
        return 'claimed';
      }),

    anotherTake: ({ storyboard, id, hash, take }) =>
      driver.transaction(async (sql) => {
        const alike = 'SELECT max(take) AS take FROM shots WHERE storyboard = ? AND hash = ?';
        const [last] = await sql.all(alike, storyboard, hash);
        const set = 'UPDATE shots SET take = ? WHERE storyboard = ? AND id = ? AND take = ? AND clip IS NULL';
        await sql.run(set, Number(last?.take ?? take) + 1, storyboard, id, take);
      }),

    done: ({ storyboard, id }, clip) =>
      driver.transaction(async (sql) => {
        const set = "UPDATE shots SET stage = 'done', error = NULL WHERE storyboard = ? AND id = ? AND clip = ?";
        if ((await sql.run(set, storyboard, id, clip)) === 0) return [];
        const rows = await sql.all(
          "UPDATE shots SET stage = 'ready' WHERE storyboard = ? AND source = ? AND stage = 'waiting' RETURNING *",
          ...[storyboard, id],
        );
        return rows.map(shotOf);
      }),

    async fail({ storyboard, id, hash, clip = '' }, reason) {
      const set = `UPDATE shots SET stage = 'failed', error = ? WHERE storyboard = ? AND id = ? AND hash = ?
        AND coalesce(clip, '') = ? AND stage <> 'done'`;
      await driver.run(set, JSON.stringify(reason), storyboard, id, hash, clip);
    },

    async note({ storyboard, id }, reason) {
      const set = "UPDATE shots SET error = ? WHERE storyboard = ? AND id = ? AND stage = 'ready'";
      await driver.run(set, reason === undefined ? null : JSON.stringify(reason), storyboard, id);
    },

    retryFailed: (storyboard) =>
      driver.run(
        "UPDATE shots SET stage = 'ready', clip = NULL, error = NULL WHERE storyboard = ? AND stage = 'failed'",
        storyboard,
      ),
  };
}

export function noSuchStoryboard(id: string): VideoToolsetError {
  return new VideoToolsetError('not_found', `The ledger has no storyboard ${JSON.stringify(id.slice(0, 80))}.`, {
    next_step: 'See them with: video-toolset storyboard status',
  });
}

function hashOf({ output, shots, file }: StoryboardPlan): string {
  const hash = createHash('sha256').update(JSON.stringify([output, file]));
  for (const { id, request, hash: own } of shots) hash.update(JSON.stringify([id, request, own]));
  return hash.digest('hex').slice(0, 32);
}

async function shotsOf(sql: Statements, storyboard: string): Promise<Shot[]> {
  return (await sql.all('SELECT * FROM shots WHERE storyboard = ?', storyboard)).map(shotOf);
}

async function unchanged(sql: Statements, id: string): Promise<PlanChanges> {
  const rows = await sql.all('SELECT id, clip FROM shots WHERE storyboard = ? ORDER BY number', id);
  const wanted = rows.filter(({ clip }) => clip === null).map((row) => String(row.id));
  return { kept: rows.length - wanted.length, wanted, dropped: [] };
}

async function writeStoryboard(sql: Statements, plan: StoryboardPlan, hash: string, at: number): Promise<void> {
  const { id, title, server, workspace, file = null, output } = plan;
  await sql.run(
    `INSERT INTO storyboards (id, title, server, workspace, file, output, hash, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET title = excluded.title, file = excluded.file, output = excluded.output,
       hash = excluded.hash, updated_at = excluded.updated_at`,
    ...[id, title, server, workspace, file, JSON.stringify(output), hash, at, at],
  );
}

async function writeShots(sql: Statements, storyboard: string, shots: readonly AssignedShot[]): Promise<void> {
  const values = shots.flatMap(({ id, number, take, stage, request, hash, clip, error }) => [
    ...[storyboard, id, number, take, stage, request.source?.shot ?? null, JSON.stringify(request), hash],
    ...[clip ?? null, error === undefined ? null : JSON.stringify(error)],
  ]);
  await sql.run(
    `INSERT INTO shots (storyboard, id, number, take, stage, source, request, hash, clip, error)
     VALUES ${shots.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    ...values,
  );
}

function costIn({ seconds, usd, attempts, priced }: Record<string, unknown>): NonNullable<ShotView['cost']> {
  return { seconds: Number(seconds ?? 0), ...(Number(priced) === Number(attempts) && { usd: Number(usd) }) };
}
