import type { Cost } from '../../types/agent.ts';
import type { Attempt } from '../../types/ledger.ts';
import type { JobView } from '../../types/tool.ts';
import type { Ledger } from '../ledger/ledger.ts';

/**
 * What was spent on these jobs since then, or may have been: all attempts that count.
 * @param since milliseconds since 1970
 */
export async function costOf(
  jobs: readonly JobView[],
  since: number,
  { ledger, server }: { ledger: Ledger; server: string },
): Promise<Cost> {
  const keys = await Promise.all(jobs.map(async ({ id, key }) => key ?? (await ledger.byJob(server, id))?.key));
  // The ledger's clock is its database's.
  const from = since + ledger.now() - Date.now();
  const known = new Set(keys.filter((key) => key !== undefined));
  const attempts = (await Promise.all([...known].map((key) => ledger.attempts(key)))).flat();
  const paid = attempts.filter(({ isCounted, startedAt }) => isCounted && startedAt >= from);
  const sum = (amount: (attempt: Attempt) => number | undefined) =>
    paid.reduce((total, attempt) => total + (amount(attempt) ?? 0), 0);
  return {
    jobs: paid.length,
    seconds: sum(({ seconds }) => seconds),
    ...(paid.every(({ usd }) => usd !== undefined) && { usd: sum(({ usd }) => usd) }),
  };
}
