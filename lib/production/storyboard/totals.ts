import type { ShotState } from '../../../types/storyboard.ts';
import type { ProductionServices } from '../services.ts';
import { shotViews } from './views.ts';

/** How far a storyboard is, and what it cost. */
export interface Totals {
  shots: number;
  /** How many shots are in which state; those that no shot is in are left out. */
  states: Partial<Record<ShotState, number>>;
  /** Seconds of video that were paid for, or may have been. */
  seconds: number;
  /** Dollars; undefined where a price is not known. */
  usd?: number;
}

export async function totalsOf(storyboard: string, services: Pick<ProductionServices, 'ledger'>): Promise<Totals> {
  const totals: Totals = { shots: 0, states: {}, seconds: 0 };
  let [usd, isPriced] = [0, true];
  for await (const { state, cost } of shotViews(storyboard, services)) {
    totals.shots++;
    totals.states[state] = (totals.states[state] ?? 0) + 1;
    totals.seconds += cost?.seconds ?? 0;
    usd += cost?.usd ?? 0;
    isPriced &&= cost === undefined || cost.usd !== undefined;
  }
  return { ...totals, ...(isPriced && { usd }) };
}
