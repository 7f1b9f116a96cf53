import { setTimeout as sleep } from 'node:timers/promises';
import type { ShotState } from '../../../types/storyboard.ts';
import { VideoToolsetError } from '../../errors.ts';
import type { ProductionServices } from '../services.ts';
import type { FleetQueue } from './queue.ts';

/** A storyboard that is made elsewhere, as it stands. */
export interface FleetState {
  states: Partial<Record<ShotState, number>>;
  /** Shots that are made, or will be. */
  open: number;
  /** Shots that were put aside after they had failed too often. */
  stuck: number;
  /** What stands in the way of one of the shots that wait, if something does. */
  trouble?: { shot: string; code: string; message: string };
}

const LOOK_MS = 1_000;
/** A larger storyboard is looked at less often. */
const LOOK_MS_PER_SHOT = 0.5;
const LONGEST_LOOK_MS = 5_000;
const SHOTS_ASKED = 50;

/** A shot that waits is not counted: its source is made, or will not be. */
const OPEN: readonly ShotState[] = ['ready', 'intended', 'sent', 'known', 'done', 'downloaded'];

export async function stateInFleet(
  storyboard: string,
  queue: FleetQueue,
  services: ProductionServices,
): Promise<FleetState> {
  const { storyboards } = await services.ledger();
  const [states, aside, ready] = await Promise.all([
    storyboards.counts(storyboard),
    queue.stuck(storyboard),
    storyboards.ready(storyboard, { limit: SHOTS_ASKED }),
  ]);
  // One that was put aside may be for a person by now, and not open any more.
  const open = Math.max(0, OPEN.reduce((sum, state) => sum + (states[state] ?? 0), 0) - aside.length);
  const troubled = ready.find(({ error }) => error !== undefined);
  const trouble = troubled?.error && { shot: troubled.id, ...troubled.error };
  return { states, open, stuck: aside.length, ...(trouble && { trouble }) };
}

/**
 * Looks on until nothing more becomes of a storyboard by itself. Where Postgres is away for a while it waits.
 * @returns how it stands then, or when the signal came
 */
export async function watch(
  storyboard: string,
  queue: FleetQueue,
  services: ProductionServices,
  { signal, onState }: { signal?: AbortSignal | undefined; onState?: ((state: FleetState) => void) | undefined },
): Promise<void> {
  while (!signal?.aborted) {
    const state = await stateInFleet(storyboard, queue, services).catch(noneWhileAway);
    if (state !== undefined) onState?.(state);
    if (state?.open === 0) return;
    const pauseMs = Math.min(LONGEST_LOOK_MS, LOOK_MS + LOOK_MS_PER_SHOT * (state?.open ?? 0));
    await sleep(pauseMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }
}

function noneWhileAway(error: unknown): undefined {
  if (!(error instanceof VideoToolsetError) || error.code !== 'storage_failed') throw error;
}
