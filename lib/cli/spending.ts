import type { Budget } from '../../types/ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';

type Amounts = { usd?: number; seconds: number; jobs: number };

/** What counts within the last 24 hours, and the caps on it. */
export async function spentOfLate(ledger: Pick<Ledger, 'spending'>, budget: Budget): Promise<string> {
  const [paid, free] = await Promise.all([ledger.spending(false), ledger.spending(true)]);
  return `Within 24 hours: ${amounts(paid)}${capsOf(budget)}; at no cost: ${free.jobs} jobs`;
}

/** Without dollars where a price is not known. */
export function amounts({ usd, seconds, jobs }: Amounts): string {
  return [...(usd === undefined ? [] : [`$${usd.toFixed(2)}`]), `${seconds} seconds`, `${jobs} jobs`].join(', ');
}

function capsOf({ usd, seconds, jobs }: Budget): string {
  const caps = [
    ...(usd === undefined ? [] : [`$${usd.toFixed(2)}`]),
    ...(seconds === undefined ? [] : [`${seconds} seconds`]),
    ...(jobs === undefined ? [] : [`${jobs} jobs`]),
  ];
  return caps.length === 0 ? '' : ` of ${caps.join(', ')}`;
}
