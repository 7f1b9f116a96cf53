import type { Budget, Price } from '../../types/ledger.ts';
import { VideoToolsetError } from '../errors.ts';
import type { Statements } from './driver.ts';

const WINDOW_MS = 24 * 60 * 60 * 1_000;

/** What counts against a budget: all that was reserved or spent within the last 24 hours and not given back. */
export interface Spending {
  usd: number;
  seconds: number;
  jobs: number;
  /** When the oldest of it leaves the window, in milliseconds since 1970. */
  nextReleaseAt?: number;
}

/** Servers that cost nothing have an account of their own, so that previews use up no budget. */
export async function spending(sql: Statements, isFree: boolean, now: number): Promise<Spending> {
  const [row] = await sql.all(
    `SELECT coalesce(sum(usd), 0) AS usd, coalesce(sum(seconds), 0) AS seconds, count(*) AS jobs, min(started_at) AS oldest
     FROM attempts WHERE is_counted = 1 AND is_free = ? AND started_at > ?`,
    isFree ? 1 : 0,
    now - WINDOW_MS,
  );
  return {
    usd: Number(row?.usd ?? 0),
    seconds: Number(row?.seconds ?? 0),
    jobs: Number(row?.jobs ?? 0),
    ...(row?.oldest != null && { nextReleaseAt: Number(row.oldest) + WINDOW_MS }),
  };
}

/**
 * @throws VideoToolsetError `seconds_required` where a cap in seconds rules and the length is not known;
 * `over_budget` with what is left, and when more of it will be
 */
export function requireWithin(budget: Budget, price: Price, spent: Spending): void {
  // Where the price is not known, the cap in seconds rules.
  const seconds = budget.seconds ?? (price.isFree ? undefined : budget.paidSeconds);
  const caps = { ...budget, seconds, ...(price.usd === undefined && { usd: undefined }) };
  if (caps.seconds !== undefined && price.seconds === undefined) {
    throw new VideoToolsetError(
      'seconds_required',
      'The length of this clip is not known, so it cannot be counted against the budget: nothing was sent.',
      {
        next_step:
          'Make the same call again with seconds; where it takes none, the user can state maxSeconds in VIDEO_PROFILE.',
      },
    );
  }
  const wanted = { usd: price.usd ?? 0, seconds: price.seconds ?? 0, jobs: 1 };
  for (const unit of ['usd', 'seconds', 'jobs'] as const) {
    const cap = caps[unit];
    // Sums of dollars are not exact in binary.
    if (cap === undefined || spent[unit] + wanted[unit] <= cap + 1e-9) continue;
    const left = Math.max(0, cap - spent[unit]);
    const when =
      spent.nextReleaseAt === undefined || wanted[unit] > cap
        ? ''
        : ` More is free again from ${new Date(spent.nextReleaseAt).toISOString()} on.`;
    throw new VideoToolsetError(
      'over_budget',
      `This clip needs ${amount(unit, wanted[unit])}, and of ${amount(unit, cap)} within 24 hours ` +
        `${amount(unit, left)} are left: nothing was sent.${when}`,
      { next_step: 'Tell the user what is left of the budget; only the user can raise it.' },
    );
  }
}

function amount(unit: keyof Budget, value: number): string {
  if (unit === 'usd') return `$${value.toFixed(2)}`;
  return `${Number(value.toFixed(2))} ${unit}`;
}
