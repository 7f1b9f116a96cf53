import type { PoolClient } from 'pg';
import type { Job } from 'pg-boss';
import type { Shot } from '../../../types/storyboard.ts';
import { failClearly } from '../../ledger/pool.ts';
import { openBoss } from './boss.ts';
import { type QueueOptions, USUAL_LEASE_SECONDS } from './queueOptions.ts';

/**
 * Where a shot waits: to be begun, which takes room at its server; to be gone on with, after whoever had it; or, once that
 * failed too often, for a person.
 */
export type Line = 'new' | 'again' | 'stuck';

export type QueuedShot = Pick<Shot, 'storyboard' | 'id' | 'take'>;

/** A shot that this machine has in hand, until it is silent for too long. */
export interface Lease {
  line: Line;
  storyboard: string;
  shot: string;
  take: number;
  /** How long its machine may be silent. */
  leaseMs: number;
  /** Of pg-boss. */
  id: string;
  retryCount: number;
}

/** Who works on which shot. How far a shot is, the ledger knows. Safe for many machines. */
export interface FleetQueue extends AsyncDisposable {
  /** One that stands in that line already, or was taken out of it and is at work, is left alone. */
  add(line: Line, shots: readonly QueuedShot[]): Promise<void>;
  take(line: Line, most: number): Promise<Lease[]>;
  /** Says that these are still at work here. @returns those that others have by now */
  renew(leases: readonly Lease[]): Promise<Lease[]>;
  /** Nothing is left to do for them, or nothing that a machine can do. */
  finish(leases: readonly Lease[]): Promise<void>;
  /** Gives a shot back, to whoever takes it next. */
  handOn(lease: Lease, line: Line, afterMs?: number): Promise<void>;
  /** It could not be gone on with: it is tried again later, and in the end put aside for a person. */
  fail(lease: Lease, reason: { code: string; message: string }): Promise<void>;
  /** Shots that stand in any line or are at work, by their {@link keyOf}. */
  keys(): Promise<ReadonlySet<string>>;
  /** Ids of shots of a storyboard that were put aside. */
  stuck(storyboard: string): Promise<string[]>;
  /** Takes what was put aside out of the line, for who lets it be begun again. */
  unstick(storyboard: string): Promise<void>;
  /** Calls somebody every minute: of all machines one. */
  everyMinute(handler: () => Promise<void>): Promise<void>;
}

const LONGEST_LEASE_SECONDS = 24 * 60 * 60;
const DAY_SECONDS = 24 * 60 * 60;
/** Times that a shot is taken up again, with pauses that grow to a minute. */
const MOST_RETRIES = 20;
const RETRY_AFTER_MS = 5_000;
const ROWS_AT_ONCE = 1_000;

/** @throws VideoToolsetError `missing_package`, `storage_failed` */
export async function openQueue(connectionString: string, server: string, options: QueueOptions): Promise<FleetQueue> {
  const opened = await openBoss(connectionString, options);
  const { boss, pool } = opened;
  const names = queueNames(server);
  const nameOf = ({ line }: Pick<Lease, 'line'>) => names[line];

  const inTransaction = async (body: (client: PoolClient) => Promise<void>): Promise<void> => {
    const client = await pool.connect();
    // One that breaks between two statements is told by the next one.
    const onBreak = () => undefined;
    client.on('error', onBreak);
    let isWhole = false;
    try {
      await client.query('BEGIN');
      await body(client);
      await client.query('COMMIT');
      isWhole = true;
    } finally {
      client.off('error', onBreak);
      client.release(!isWhole);
    }
  };

  const handOn: FleetQueue['handOn'] = (lease, line, afterMs = 0) =>
    inTransaction(async (client) => {
      const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) };
      const isOurs = settledIn(await boss.complete(nameOf(lease), [lease], null, { db }), [lease]).has(lease.id);
      if (!isOurs) return;
      const job = jobOf({ storyboard: lease.storyboard, id: lease.shot, take: lease.take });
      await boss.insert(names[line], [{ ...job, startAfter: afterMs / 1_000 }], { db });
    }).catch(failClearly);

  await prepare().catch(async (error) => {
    await opened[Symbol.asyncDispose]();
    throw failClearly(error);
  });

  return {
    async add(line, shots) {
      for (let from = 0; from < shots.length; from += ROWS_AT_ONCE)
        await boss.insert(names[line], shots.slice(from, from + ROWS_AT_ONCE).map(jobOf)).catch(failClearly);
    },

    async take(line, most) {
      const jobs = await boss.fetch<JobData>(names[line], { batchSize: most }).catch(failClearly);
      return jobs.map((job) => leaseOf(line, job));
    },

    async renew(leases) {
      const lost: Lease[] = [];
      for (const [name, ours] of Map.groupBy(leases, nameOf)) {
        const kept = settledIn(await boss.touch(name, [...ours]).catch(failClearly), ours);
        lost.push(...ours.filter(({ id }) => !kept.has(id)));
      }
      return lost;
    },

    async finish(leases) {
      for (const [name, ours] of Map.groupBy(leases, nameOf)) await boss.complete(name, [...ours]).catch(failClearly);
    },

    handOn,

    async fail(lease, reason) {
      if (lease.line === 'new') return await handOn(lease, 'again', RETRY_AFTER_MS);
      const { code, message } = reason;
      await boss.fail(nameOf(lease), [lease], { code, message: storable(message) }).catch(failClearly);
    },

    async keys() {
      const sql = "SELECT singleton_key AS key FROM pgboss.job WHERE name = ANY($1) AND state <= 'active'";
      const { rows } = await pool.query(sql, [[names.new, names.again, names.stuck]]).catch(failClearly);
      return new Set(rows.map(({ key }) => String(key)));
    },

    async stuck(storyboard) {
      const jobs = await boss.findJobs<JobData>(names.stuck, { data: { storyboard }, queued: true }).catch(failClearly);
      return jobs.map(({ data }) => data.shot);
    },

    async unstick(storyboard) {
      const jobs = await boss.findJobs(names.stuck, { data: { storyboard } }).catch(failClearly);
      if (jobs.length > 0)
        await boss
          .deleteJob(
            names.stuck,
            jobs.map(({ id }) => id),
          )
          .catch(failClearly);
    },

    async everyMinute(handler) {
      const name = `${names.base}/minute`;
      try {
        await boss.createQueue(name, { policy: 'exclusive', retryLimit: 0, deleteAfterSeconds: 3_600 });
        await boss.schedule(name, '* * * * *');
        await boss.work(name, { pollingIntervalSeconds: 10 }, handler);
      } catch (error) {
        failClearly(error);
      }
    },

    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };

  async function prepare(): Promise<void> {
    const { leaseSeconds } = options;
    const usual = {
      expireInSeconds: LONGEST_LEASE_SECONDS,
      deleteAfterSeconds: DAY_SECONDS,
      retentionSeconds: 365 * DAY_SECONDS,
    };
    const again = { retryLimit: MOST_RETRIES, retryBackoff: true, retryDelay: 1, retryDelayMax: 60 };
    // A shot whose machine fell silent is gone on with before new ones are begun: it leaves its line at once.
    const begun = { retryLimit: 0 };
    const lease = { heartbeatSeconds: leaseSeconds ?? USUAL_LEASE_SECONDS };
    await boss.createQueue(names.stuck, { ...usual, policy: 'standard' });
    await boss.createQueue(names.again, { ...usual, ...again, ...lease, policy: 'exclusive', deadLetter: names.stuck });
    await boss.createQueue(names.new, { ...usual, ...begun, ...lease, policy: 'exclusive', deadLetter: names.again });
    if (leaseSeconds === undefined) return;
    for (const name of [names.new, names.again]) await boss.updateQueue(name, lease);
  }
}

interface JobData {
  storyboard: string;
  shot: string;
  take: number;
}

/** As `storyboard/shot/take`. */
export function keyOf({ storyboard, id, take }: QueuedShot): string {
  return `${storyboard}/${id}/${take}`;
}

function jobOf(queued: QueuedShot): { data: JobData; singletonKey: string } {
  const { storyboard, id, take } = queued;
  return { data: { storyboard, shot: id, take }, singletonKey: keyOf(queued) };
}

function leaseOf(line: Line, { id, retryCount, heartbeatSeconds, data }: Job<JobData>): Lease {
  const { storyboard, shot, take } = data;
  const leaseMs = 1_000 * (heartbeatSeconds ?? USUAL_LEASE_SECONDS);
  return { line, storyboard, shot, take, leaseMs, id, retryCount };
}

/** Postgres takes neither NUL nor half a character into its JSON; a server's words may hold both. */
function storable(message: string): string {
  return message.replaceAll('\0', '').toWellFormed();
}

/** Every server has lines of its own. */
function queueNames(server: string): Record<Line | 'base', string> {
  const base = server
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '')
    .replace(/[^\w.\-/]/g, '-');
  return { base, new: `${base}/new`, again: `${base}/again`, stuck: `${base}/stuck` };
}

/** Which jobs a call changed: those that were still ours. A version that does not tell changed all. */
function settledIn(response: object, asked: readonly Lease[]): ReadonlySet<string> {
  const told: unknown = 'settled' in response ? response.settled : undefined;
  return new Set(Array.isArray(told) ? told.map(String) : asked.map(({ id }) => id));
}
