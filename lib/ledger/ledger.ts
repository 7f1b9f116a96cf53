import { randomUUID } from 'node:crypto';
import type { Budget, Clip, ClipGoal, ClipRequest, ClipState, Price } from '../../types/ledger.ts';
import { VideoToolsetError } from '../errors.ts';
import { attemptStatement } from './attempts.ts';
import { requireWithin, spending } from './budget.ts';
import type { LedgerDriver, Statements } from './driver.ts';
import { createFiles, type LedgerFiles } from './files.ts';
import { type Changes, isOpen, moveStatement, overdue, superseded } from './moves.ts';
import { createReads, type LedgerReads, oneClip, wantedClip } from './reads.ts';
import { createStoryboards, type Storyboards } from './storyboards.ts';
import { createWindows, requireRoom, type Windows } from './windows.ts';

export interface LedgerOptions {
  /** How long after its reservation an attempt may be handed to the network. */
  sendDeadlineMs: number;
  /** How long after its sending a lost answer may still become a job. */
  quarantineMs: number;
  /** Is an attempt reserved only while its server's window has room? @default false */
  isWindowed?: boolean;
  /** Milliseconds since 1970. @default the store's or the wall's, which no step back in time can shorten */
  now?: () => number;
}

/** What is known of the attempt before a new one. `made a job`: the job is lost, and the next one is another. */
export type Predecessor = 'made no job' | 'may have made a job' | 'made a job';

/** What was intended, sent, made and spent: one row for each wanted clip, safe for many processes. */
export interface Ledger extends LedgerReads {
  /** What wants clips in numbers. */
  readonly storyboards: Storyboards;
  /** How many jobs may be open at a server. */
  readonly windows: Windows;
  readonly files: LedgerFiles;
  /**
   * Finds the clip that is wanted, or notes it down and reserves its price, before anything is sent. An open clip is found
   * from every process, a finished one only within its session.
   * @throws VideoToolsetError `over_budget`, `seconds_required`, `window_full`
   */
  intend(request: ClipRequest, budget: Budget): Promise<{ clip: Clip; isNew: boolean }>;
  /** Wants a clip for more than it was: that is no move, and whoever works on it goes on. */
  want(clip: Clip, goal: ClipGoal): Promise<Clip>;

  /**
   * Reserves a new attempt. Its predecessor stays paid for, unless it is certain that it made no job.
   * @throws VideoToolsetError `over_budget`, `window_full`
   */
  attemptAnew(clip: Clip, price: Price, budget: Budget, predecessor: Predecessor): Promise<Clip>;
  /**
   * The commit point: called in the very turn in which the request is handed over.
   * @param uploadMs how much longer than usual the request may take to go out
   * @throws VideoToolsetError `superseded` where the deadline has passed or another process holds the clip: nothing may be sent
   */
  markSent(clip: Clip, uploadMs?: number): Clip;
  /** Where the store cannot be written in one turn: called before the connection is made, and followed by a look at the clock. */
  markSentAhead(clip: Clip, uploadMs?: number): Promise<Clip>;
  /** Did the answer name a job? One that comes for a clip that others took over is kept as an orphan. */
  answered(clip: Clip, jobId: string): Promise<Clip>;
  /** No job was made: for good, or so that a new attempt may follow. */
  refused(clip: Clip, error: { code: string; message: string }, mayFollow: boolean): Promise<Clip>;
  lost(clip: Clip, detail: string): Promise<void>;
  /** Takes a job that was found in the server's list. @throws VideoToolsetError `superseded` where another clip has it by now */
  adopt(clip: Clip, jobId: string): Promise<Clip>;
  /** Every other move. @throws VideoToolsetError `superseded` */
  move(clip: Clip, to: ClipState, changes?: Changes): Promise<Clip>;
  /** Gives back what a job that was not billed had reserved. */
  release(clip: Clip): Promise<void>;
  /** Milliseconds since 1970, as the ledger counts them. */
  now(): number;
  close(): Promise<void>;
}

export function createLedger(driver: LedgerDriver, options: LedgerOptions): Ledger {
  const { clockAheadMs = 0 } = driver;
  const { sendDeadlineMs, quarantineMs, isWindowed = false, now = () => steadyNow() + clockAheadMs } = options;

  const read = async (sql: Statements, key: string): Promise<Clip> => {
    const clip = await oneClip(sql, 'key = ?', key);
    if (clip === undefined) throw superseded(key);
    return clip;
  };
  const apply = async (sql: Statements, clip: Clip, to: ClipState, changes: Changes = {}): Promise<Clip> => {
    const { sql: text, values } = moveStatement(clip, to, changes, now());
    if ((await sql.run(text, ...values)) === 0) throw superseded(clip.key);
    return await read(sql, clip.key);
  };
  type Reserved = Pick<Clip, 'key' | 'server'>;
  const reserve = async (sql: Statements, { key, server }: Reserved, number: number, price: Price, budget: Budget) => {
    if (isWindowed) await requireRoom(sql, { server, key, now: now() });
    requireWithin(budget, price, await spending(sql, price.isFree, now()));
    await sql.run(
      `INSERT INTO attempts (clip, number, outcome, started_at, seconds, usd, is_free, is_counted)
       VALUES (?, ?, 'reserved', ?, ?, ?, ?, 1)`,
      ...[key, number, now(), price.seconds ?? null, price.usd ?? null, price.isFree ? 1 : 0],
    );
  };
  /** Who wants it published as well makes it so for all. That is no move: whoever works on the clip goes on. */
  const widen = async (sql: Statements, clip: Clip, goal: ClipGoal): Promise<Clip> => {
    if (goal === 'job' || clip.goal === 'published') return clip;
    const open = isOpen(clip.state, goal) ? 1 : 0;
    const other = await oneClip(sql, 'hash = ? AND is_open = 1 AND key <> ?', clip.hash, clip.key);
    if (open === 1 && other !== undefined) throw madeElsewhere(clip, other);
    await sql.run('UPDATE clips SET goal = ?, is_open = ? WHERE key = ?', goal, open, clip.key);
    return await read(sql, clip.key);
  };
  const sent = (clip: Clip, uploadMs: number) => {
    const at = now();
    if (at > clip.sendDeadline) throw overdue(clip.key);
    const changes = { sentAt: at, quarantineUntil: at + quarantineMs + uploadMs };
    return {
      changes,
      move: moveStatement(clip, 'sent', changes, at),
      attempt: attemptStatement(clip, { outcome: 'sent', sentAt: at }),
    };
  };

  return {
    ...createReads(driver, now),
    storyboards: createStoryboards(driver, now),
    windows: createWindows(driver, now),
    files: createFiles(driver),

    intend: (request, budget) =>
      driver.transaction(async (sql) => {
        const present = await wantedClip(sql, request.hash, request.session);
        if (present !== undefined) return { clip: await widen(sql, present, request.goal), isNew: false };

        const [count] = await sql.all('SELECT count(*) AS earlier FROM clips WHERE hash = ?', request.hash);
        const number = Number(count?.earlier ?? 0) + 1;
        const key = `clip-${request.hash.slice(0, 12)}${number === 1 ? '' : `-${number}`}`;
        const { hash, server, workspace, session, variation, goal, price } = request;
        const { operation, parameters } = request.request;
        const at = now();
        await sql.run(
          `INSERT INTO clips (key, version, state, is_open, hash, server, workspace, session, operation, parameters, variation, goal,
             idempotency_key, created_at, updated_at, attempt, send_deadline)
           VALUES (?, 1, 'intended', 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
          ...[key, hash, server, workspace, session, operation, JSON.stringify(parameters), variation, goal],
          ...[randomUUID(), at, at, at + sendDeadlineMs],
        );
        await reserve(sql, { key, server }, 1, price, budget);
        return { clip: await read(sql, key), isNew: true };
      }),

    want: (clip, goal) => driver.transaction(async (sql) => widen(sql, await read(sql, clip.key), goal)),
    attemptAnew: (clip, price, budget, predecessor) =>
      driver.transaction(async (sql) => {
        if (predecessor === 'made no job') {
          const { sql: text, values } = attemptStatement(clip, { outcome: 'withdrawn', isCounted: false });
          await sql.run(`${text} AND outcome <> 'refused'`, ...values);
        }
        const attempt = clip.attempt + 1;
        // The move first: of two who want to send anew, the second is superseded before it writes the same attempt.
        const anew = await apply(sql, clip, 'intended', {
          attempt,
          sendDeadline: now() + sendDeadlineMs,
          jobId: null,
          sentAt: null,
          quarantineUntil: null,
          ...(predecessor === 'made a job' && { idempotencyKey: randomUUID() }),
        });
        await reserve(sql, clip, attempt, price, budget);
        return anew;
      }),

    markSent(clip, uploadMs = 0) {
      const { transactionNow } = driver;
      if (transactionNow === undefined) {
        // The move was made ahead; what is left to look at is the clock.
        if (clip.state !== 'sent' || now() > clip.sendDeadline) throw overdue(clip.key);
        return clip;
      }
      const { changes, move, attempt } = sent(clip, uploadMs);
      transactionNow((run) => {
        if (run(move.sql, ...move.values) === 0) throw superseded(clip.key);
        run(attempt.sql, ...attempt.values);
      });
      // A process that was stopped while it wrote must not go on.
      if (now() > clip.sendDeadline) throw overdue(clip.key);
      return { ...clip, ...changes, state: 'sent', version: clip.version + 1 };
    },

    async markSentAhead(clip, uploadMs = 0) {
      if (driver.transactionNow !== undefined) return clip;
      const { move, attempt } = sent(clip, uploadMs);
      return await driver.transaction(async (sql) => {
        if ((await sql.run(move.sql, ...move.values)) === 0) throw superseded(clip.key);
        await sql.run(attempt.sql, ...attempt.values);
        return await read(sql, clip.key);
      });
    },

    answered: (clip, jobId) =>
      driver.transaction(async (sql) => {
        const present = await read(sql, clip.key);
        const claimant = await oneClip(sql, 'server = ? AND job_id = ?', clip.server, jobId);
        const isAwaited = present.attempt === clip.attempt && (present.state === 'sent' || present.state === 'unknown');
        const isOurs = claimant === undefined ? isAwaited : claimant.key === clip.key;
        const outcome = isOurs ? 'answered' : 'orphan';
        // It costs, though it may have been given back as one that made no job.
        const { sql: text, values } = attemptStatement(clip, { outcome, jobId, isCounted: true });
        await sql.run(text, ...values);
        return isOurs && isAwaited ? await apply(sql, present, 'known', { jobId }) : present;
      }),

    refused: (clip, error, mayFollow) =>
      driver.transaction(async (sql) => {
        const { sql: text, values } = attemptStatement(clip, {
          outcome: 'refused',
          isCounted: false,
          detail: error.message,
        });
        await sql.run(text, ...values);
        return await apply(sql, clip, mayFollow ? 'intended' : 'failed', { error });
      }),

    async lost(clip, detail) {
      const { sql, values } = attemptStatement(clip, { outcome: 'lost', detail });
      await driver.run(sql, ...values);
    },

    adopt: (clip, jobId) =>
      driver.transaction(async (sql) => {
        const claimant = await oneClip(sql, 'server = ? AND job_id = ?', clip.server, jobId);
        if (claimant !== undefined && claimant.key !== clip.key) throw superseded(clip.key);
        return await apply(sql, clip, 'known', { jobId });
      }),

    move: (clip, to, changes) => driver.transaction((sql) => apply(sql, clip, to, changes)),

    async release(clip) {
      const { sql, values } = attemptStatement(clip, { isCounted: false });
      await driver.run(sql, ...values);
    },

    now,
    close: () => driver.close(),
  };
}

function madeElsewhere({ key }: Clip, other: Clip): VideoToolsetError {
  return new VideoToolsetError('superseded', `The same clip as ${key} is being made as ${other.key}.`, {
    next_step: `Go on with ${other.key} instead.`,
  });
}

/** A machine that sleeps moves the wall's clock on, a corrected clock may step back: what is later holds. */
function steadyNow(): number {
  return Math.max(Date.now(), Math.ceil(performance.timeOrigin + performance.now()));
}
