import type { ShotState } from '../../../types/storyboard.ts';
import type { Totals } from './totals.ts';

/** For the end, for a shot that failed, or for a person. */
const RESTING: readonly string[] = ['published', 'failed', 'waiting', 'unknown', 'gone'] satisfies ShotState[];

/** Is there a shot for which a later run can do something? */
export function canGoOn(states: Totals['states']): boolean {
  return Object.keys(states).some((state) => !RESTING.includes(state));
}
