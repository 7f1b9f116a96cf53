import type { Cost } from '../../types/agent.ts';
import type { Attempt } from '../../types/ledger.ts';
import type { JobView } from '../../types/tool.ts';
import type { Ledger } from '../ledger/ledger.ts';

/**
 * What was spent on these jobs since then, or may have been: all attempts that count.
 * @param since milliseconds since 1970
 * @param unclearIn a session whose clips count, too, of which no job is known
 */
export async function costOf(
  jobs: readonly JobView[],
  since: number,
  { ledger, server, unclearIn }: { ledger: Ledger; server: string; unclearIn?: string | undefined },
): Promise<Cost> {
  const keys = await Promise.all(jobs.map(async ({ id, key }) => key ?? (await ledger.byJob(server, id))?.key));
  // The ledger's clock is its database's.
  const from = since + ledger.now() - Date.now();
  const open = unclearIn === undefined ? [] : await ledger.list({ isOpen: true });
  const unclear = open.filter(({ session, jobId }) => session === unclearIn && jobId === undefined);
  const known = new Set([...keys, ...unclear.map(({ key }) => key)].filter((key) => key !== undefined));
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
