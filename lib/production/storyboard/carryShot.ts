import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../../types/error.ts';
import type { Shot, ShotState } from '../../../types/storyboard.ts';
import type { ProgressReport, ToolContext } from '../../../types/tool.ts';
import { toToolsetError, type VideoToolsetError } from '../../errors.ts';
import { overall } from '../produce.ts';
import type { ProductionServices } from '../services.ts';
import { advanceShot, type ShotStep } from './advanceShot.ts';

/** The longest that one step is given. */
const LONGEST_STEP_MS = 600_000;
/** Steps of one shot that fail in a row, with pauses of half a second, a second, two … between them. */
const MOST_FAILURES = 5;

/** What would befall every other shot, too. */
const FOR_ALL: readonly ErrorCode[] = [
  'disk_full',
  'invalid_configuration',
  'missing_package',
  'not_approved',
  'over_budget',
  'retired',
  'storage_failed',
  'unauthorized',
];

/** How far a shot was carried. */
export type ShotEnd =
  /** Published, failed, or for a person to decide. */
  | { kind: 'settled'; step: ShotStep }
  /** Nothing of it is at its server, which wants fewer requests, or whose window is full: later. */
  | { kind: 'throttled' }
  /** It cannot be gone on with just now, nor can any other where `isForAll`. */
  | { kind: 'stuck'; state: ShotState; error: VideoToolsetError; isForAll: boolean }
  | { kind: 'broken off' };

export interface CarryOptions extends Pick<ToolContext, 'approve' | 'lifetime'> {
  /** Ends it at once. */
  signal: AbortSignal;
  /** The only one that breaks off a request that makes a job. */
  stop: AbortSignal | undefined;
  /** Until when, by `performance.now()`. */
  end: number;
  /** Is the run at its end, so that what is in trouble is left as it is? */
  isClosing(): boolean;
  onState(state: ShotState, percent?: number): void;
  onThrottled(pauseMs: number): void;
}

/** Carries one shot on, step by step, over troubles that pass. */
export async function carryShot(
  shot: Pick<Shot, 'storyboard' | 'id'>,
  services: ProductionServices,
  options: CarryOptions,
): Promise<ShotEnd> {
  const { signal, stop, end, approve, lifetime, isClosing, onState, onThrottled } = options;
  // As in `produce`: an upload that the limit breaks off begins anew.
  const ofSteps = lifetime === undefined ? signal : stop;
  let state: ShotState = 'ready';
  const progress = (report: ProgressReport) =>
    onState(report.phase === 'waiting' ? 'known' : state, overall(report).percent);
  for (let failures = 0; !signal.aborted; ) {
    try {
      const limitMs = Math.max(1, Math.min(LONGEST_STEP_MS, end - performance.now()));
      const step = await advanceShot(shot.storyboard, shot.id, services, {
        ...{ stop, progress, limitMs },
        ...(ofSteps && { signal: ofSteps }),
        ...(approve && { approve }),
        ...(lifetime && { lifetime }),
      });
      failures = 0;
      if (step.state !== state) onState(step.state);
      state = step.state;
      if (step.isThrottled) onThrottled(step.pauseMs ?? 0);
      if (step.isThrottled && state === 'intended') return { kind: 'throttled' };
      // One that waits again was changed while it was carried.
      if (step.isSettled || state === 'waiting') return { kind: 'settled', step };
      if (step.pauseMs) await sleep(step.pauseMs, undefined, { signal });
    } catch (thrown) {
      if (signal.aborted) break;
      const error = toToolsetError(thrown);
      if (error.code === 'window_full') return { kind: 'throttled' };
      const isForAll = FOR_ALL.includes(error.code);
      const mayPass = error.facts.retryable === true && !isForAll && !isClosing();
      if (!mayPass || ++failures >= MOST_FAILURES) return { kind: 'stuck', state, error, isForAll };
      const pauseMs = error.facts.retryAfterMs ?? 250 * 2 ** failures;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return { kind: 'broken off' };
}
