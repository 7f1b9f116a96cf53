import { setTimeout as sleep } from 'node:timers/promises';
import { toToolsetError } from '../../errors.ts';
import type { ProductionServices } from '../services.ts';
import { AWAY_MS, type CarrierOptions, carryLease, type Hand } from './carryLease.ts';
import { settleUnwanted, sweep } from './enqueue.ts';
import { createOutbox } from './outbox.ts';
import type { FleetQueue, Lease, Line } from './queue.ts';

/** How often a worker with free hands looks for more. */
const LOOK_MS = 1_000;
/** What ends together is told together. */
const GATHER_MS = 50;
/** How long it is tried to hand back what is left. */
const LAST_WORDS_MS = 5_000;

export interface WorkerOptions {
  /** Shots in hand at once; most of them only wait for their server. */
  concurrency: number;
  /** Once it aborts nothing more is begun; what is in the midst of something may end. */
  signal: AbortSignal;
  /** For how long, before all that is left is handed back. */
  graceMs: number;
  onEvent?: CarrierOptions['onEvent'];
}

export interface WorkerStatus {
  /** Did Postgres answer when it was last asked? */
  isConnected: boolean;
  isStopping: boolean;
  /** Shots in hand. */
  running: number;
  published: number;
  /** When it last published a clip, in milliseconds since 1970. */
  lastSuccessAt?: number;
  /** What it waits for to pass. */
  trouble?: { code: string; message: string };
}

export interface FleetWorker {
  /** Works until it is stopped, whatever befalls Postgres or the network. */
  run(): Promise<void>;
  status(): WorkerStatus;
}

/**
 * Carries shots of every storyboard of the fleet. The ledger says how far a shot is, and keeps two machines from making
 * the same step; the queue only says who works on it.
 */
export function createWorker(queue: FleetQueue, services: ProductionServices, options: WorkerOptions): FleetWorker {
  const { concurrency, signal, graceMs, onEvent } = options;
  const hands = new Map<string, Hand>();
  const status: WorkerStatus = { isConnected: true, isStopping: false, running: 0, published: 0 };
  /** Until when nothing is taken out of a line, by `performance.now()`. */
  const closedUntil: Record<Line, number> = { new: 0, again: 0, stuck: 0 };
  let renewedAt = performance.now();
  let awayMs: number = AWAY_MS.from;
  /** Was the line of new shots at its end when it was last looked at? */
  let isDry = false;
  let wake = Promise.withResolvers<void>();

  const outbox = createOutbox(queue, (lease) => hands.delete(keyOf(lease)));
  const carrier: CarrierOptions = {
    outbox,
    onEvent,
    close(lines, { code, message }, forMs) {
      for (const line of lines) closedUntil[line] = performance.now() + forMs;
      status.trouble = { code, message };
    },
    onPublished() {
      status.published++;
      status.lastSuccessAt = Date.now();
      delete status.trouble;
    },
  };

  const start = (lease: Lease): void => {
    const hand: Hand = { lease, state: 'ready', drop: new AbortController(), isLost: false };
    hands.set(keyOf(lease), hand);
    void carryLease(hand, services, carrier).then(() => wake.resolve());
  };

  const takeMore = async (): Promise<void> => {
    const hasTime = (line: Line) => performance.now() >= closedUntil[line];
    const free = () => concurrency - hands.size;
    if (free() > 0 && hasTime('again')) for (const lease of await queue.take('again', free())) start(lease);
    if (free() <= 0 || !hasTime('new')) return;
    const window = await (await services.ledger()).windows.get(services.server);
    const room = Math.min(free(), window?.room ?? free());
    if (room === 0) return;
    const leases = await queue.take('new', room);
    isDry = leases.length < room;
    for (const lease of leases) start(lease);
  };

  const renew = async (): Promise<void> => {
    const ours = [...hands.values()].map(({ lease }) => lease);
    const shortest = Math.min(...ours.map(({ leaseMs }) => leaseMs));
    if (ours.length === 0 || performance.now() - renewedAt < shortest / 4) return;
    const lost = await queue.renew(ours);
    renewedAt = performance.now();
    for (const lease of lost) {
      const hand = hands.get(keyOf(lease));
      if (hand === undefined) continue;
      hand.isLost = true;
      hand.drop.abort();
      outbox.forget(lease);
    }
  };

  /** Looks at everything once, and waits for what comes next; longer and longer while Postgres is away. */
  const turn = async (take: () => Promise<void>): Promise<void> => {
    wake = Promise.withResolvers();
    try {
      await outbox.flush();
      await renew();
      await take();
      if (!status.isConnected) delete status.trouble;
      status.isConnected = true;
      awayMs = AWAY_MS.from;
      await Promise.race([sleep(LOOK_MS * (0.75 + Math.random() / 2)), wake.promise]);
      await sleep(GATHER_MS);
    } catch (error) {
      const { code, message } = toToolsetError(error);
      status.isConnected = false;
      status.trouble = { code, message };
      await sleep(awayMs * (0.5 + Math.random()));
      awayMs = Math.min(2 * awayMs, AWAY_MS.to);
    }
  };

  /** What only waits for its server loses nothing when it is handed back at once. */
  const isInMidst = () => [...hands.values()].some(({ state }) => state !== 'known');
  const nothing = async () => undefined;

  const stop = async (): Promise<void> => {
    status.isStopping = true;
    for (const end = performance.now() + graceMs; performance.now() < end && isInMidst(); ) await turn(nothing);
    for (const { drop } of hands.values()) drop.abort();
    const end = performance.now() + LAST_WORDS_MS;
    while (performance.now() < end && hands.size > 0) await turn(nothing);
  };

  return {
    async run() {
      signal.addEventListener('abort', () => wake.resolve(), { once: true });
      await queue.everyMinute(async () => {
        if (!signal.aborted) await settleUnwanted(services);
        if (isDry && !signal.aborted) await sweep(queue, services);
      });
      while (!signal.aborted) await turn(takeMore);
      await stop();
    },
    status: () => ({ ...status, running: hands.size }),
  };
}

/** A shot that is taken again by the same worker is in another hand. */
function keyOf({ id, retryCount }: Lease): string {
  return `${id} ${retryCount}`;
}
