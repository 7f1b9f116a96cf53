import { setMaxListeners } from 'node:events';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../../types/error.ts';
import type { Clip } from '../../../types/ledger.ts';
import type { Shot, ShotState } from '../../../types/storyboard.ts';
import { toToolsetError, type VideoToolsetError } from '../../errors.ts';
import type { ProductionServices } from '../services.ts';
import { carryShot, type ShotEnd } from '../storyboard/carryShot.ts';
import { lastFrameOf } from '../storyboard/frame.ts';
import type { Outbox } from './outbox.ts';
import type { Lease, Line } from './queue.ts';

/** Pauses while Postgres is away, which double up to the longer one. */
export const AWAY_MS = { from: 250, to: 5_000 } as const;
/** A full window is looked at again after so long, or twice that. */
const FULL_MS = 1_000;
/** For how long nothing is taken after what would befall every other shot, too. */
const TROUBLE_MS = 20_000;
/** What is wrong with the world, and passes: no shot is put aside for it. */
const OUTSIDE: readonly ErrorCode[] = ['server_unreachable', 'publish_failed'];
/** Nothing more is paid for then, and what is made can still be fetched, or tried to be published. */
const NO_MORE_NEW: readonly ErrorCode[] = ['over_budget', 'publish_failed'];

/** A shot that is carried here. */
export interface Hand {
  lease: Lease;
  state: ShotState;
  /** Breaks it off. */
  drop: AbortController;
  /** Others have it. */
  isLost: boolean;
}

export interface WorkerEvent {
  storyboard: string;
  shot: string;
  state: ShotState | 'handed back';
  url?: string;
  error?: { code: string; message: string };
}

export interface CarrierOptions {
  outbox: Outbox;
  /** Takes nothing out of these lines for a while. */
  close(lines: readonly Line[], error: VideoToolsetError, forMs: number): void;
  onPublished(): void;
  onEvent?: ((event: WorkerEvent) => void) | undefined;
}

/** Carries a shot that is in hand as far as it goes, and says in the outbox what becomes of it. */
export async function carryLease(hand: Hand, services: ProductionServices, options: CarrierOptions): Promise<void> {
  const { signal } = hand.drop;
  const { storyboard, shot: id } = hand.lease;
  setMaxListeners(0, signal);
  const context = {
    ...{ signal, stop: signal, end: Number.POSITIVE_INFINITY, isClosing: () => false, approve: async () => true },
    onState(state: ShotState) {
      hand.state = state;
    },
    onThrottled: (pauseMs: number) => void shrink(pauseMs, services),
  };
  try {
    let end = await carryShot({ storyboard, id }, services, context);
    for (let awayMs: number = AWAY_MS.from; isAway(end); awayMs = Math.min(2 * awayMs, AWAY_MS.to)) {
      await sleep(awayMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      end = await carryShot({ storyboard, id }, services, context);
    }
    await afterwards(hand, end, services, options);
  } catch (error) {
    const { code, message } = toToolsetError(error);
    options.outbox.fail(hand.lease, { code, message });
  }
}

async function afterwards(
  hand: Hand,
  end: ShotEnd,
  services: ProductionServices,
  { outbox, close, onPublished, onEvent }: CarrierOptions,
): Promise<void> {
  const { lease } = hand;
  const tell = (event: Omit<WorkerEvent, 'storyboard' | 'shot'>) =>
    onEvent?.({ storyboard: lease.storyboard, shot: lease.shot, ...event });
  switch (end.kind) {
    case 'settled': {
      const { state, clip, shot, released = [] } = end.step;
      // Before they come into line: whoever takes them finds the frame, and the clip need not stay for it.
      if (clip !== undefined && released.some(continuesFrom)) await takeFrame(clip, hand, services);
      outbox.add(released);
      outbox.finish(lease);
      const url = clip?.published?.url;
      tell({ state, ...(url !== undefined && { url }), ...(shot.error && { error: shot.error }) });
      if (state !== 'published') return;
      onPublished();
      await grow(services);
      for (const done of [clip, await sourceOf(shot, services)]) if (done !== undefined) await discard(done, services);
      return;
    }
    case 'throttled':
      return outbox.handOn(lease, await lineOf(lease, services), FULL_MS * (1 + Math.random()));
    case 'broken off':
      if (hand.isLost) return outbox.forget(lease);
      tell({ state: 'handed back' });
      return outbox.handOn(lease, 'again');
    case 'stuck': {
      const { error, isForAll } = end;
      const { code, message } = error;
      tell({ state: end.state, error: { code, message } });
      const isKnown = await note(lease, error, services);
      if (!isKnown) return outbox.finish(lease);
      const isNoFaultOfIts = isForAll || (OUTSIDE.includes(code) && error.facts.retryable === true);
      if (!isNoFaultOfIts) return outbox.fail(lease, { code, message });
      // What is missing here another machine may have; what is paid for is gone on with.
      if (code !== 'missing_package') close(NO_MORE_NEW.includes(code) ? ['new'] : ['new', 'again'], error, TROUBLE_MS);
      return outbox.handOn(lease, await lineOf(lease, services), TROUBLE_MS);
    }
  }
}

/** What is at its server, or may be, is gone on with whatever room there is; all else waits for room. */
async function lineOf({ storyboard, shot: id }: Lease, services: ProductionServices): Promise<Line> {
  try {
    const ledger = await services.ledger();
    const shot = await ledger.storyboards.shot(storyboard, id);
    const clip = shot?.clip === undefined ? undefined : await ledger.get(shot.clip);
    return clip === undefined || clip.state === 'intended' ? 'new' : 'again';
  } catch {
    return 'again';
  }
}

/** Writes down what stands in its way. @returns false where the storyboard has no such shot any more */
async function note(lease: Lease, error: VideoToolsetError, services: ProductionServices): Promise<boolean> {
  try {
    const { storyboards } = await services.ledger();
    const shot = await storyboards.shot(lease.storyboard, lease.shot);
    const { code, message } = error;
    if (shot !== undefined) await storyboards.note(shot, { code, message });
    return shot !== undefined;
  } catch {
    return true;
  }
}

function isAway(end: ShotEnd): boolean {
  return end.kind === 'stuck' && end.error.code === 'storage_failed' && end.error.facts.retryable === true;
}

/** A window that is not moved just now is moved by the next refusal, or clip. */
async function shrink(pauseMs: number, { ledger, server }: ProductionServices): Promise<void> {
  await ledger()
    .then(({ windows }) => windows.shrink(server, pauseMs))
    .catch(() => undefined);
}

async function grow({ ledger, server }: ProductionServices): Promise<void> {
  await ledger()
    .then(({ windows }) => windows.grow(server))
    .catch(() => undefined);
}

function continuesFrom({ request }: Shot): boolean {
  return request.source?.link === 'continue_from';
}

/** Where it cannot be taken here, whoever goes on from it takes it. */
async function takeFrame(clip: Clip, { lease, drop }: Hand, services: ProductionServices): Promise<void> {
  await lastFrameOf(clip, lease.storyboard, services, drop.signal).catch(() => undefined);
}

/** The clip that it continues: it may have been fetched here for its last frame, which is kept by now. */
async function sourceOf(shot: Shot, { ledger }: ProductionServices): Promise<Clip | undefined> {
  const { source } = shot.request;
  if (source === undefined || !continuesFrom(shot)) return undefined;
  try {
    const { storyboards, get } = await ledger();
    const { clip } = (await storyboards.shot(shot.storyboard, source.shot)) ?? {};
    return clip === undefined ? undefined : await get(clip);
  } catch {
    return undefined;
  }
}

/** What is published is kept at its address; the disks of workers would fill up. */
async function discard({ file }: Clip, { workspace }: ProductionServices): Promise<void> {
  const found = file && (await workspace.find(file.path).catch(() => undefined));
  if (found !== undefined) await rm(found.absolute, { force: true });
}
