import type { Ledger } from '../ledger/ledger.ts';

export interface ClipFacts {
  /** US dollars; left out where the price is not known. */
  usd?: number;
  isFree: boolean;
  published: { url: string }[];
}

/** What the ledger knows of a clip of the studio: what was paid for it, with every attempt that counts, and where it is published. */
export async function clipFacts(ledger: Ledger, jobId: string): Promise<ClipFacts | undefined> {
  const clip = await ledger.byStudioJob(jobId);
  if (clip === undefined) return undefined;
  const paid = (await ledger.attempts(clip.key)).filter(({ isCounted, isFree }) => isCounted && !isFree);
  const isKnown = paid.every(({ usd }) => usd !== undefined);
  return {
    isFree: paid.length === 0,
    published: clip.published === undefined ? [] : [{ url: clip.published.url }],
    ...(isKnown && { usd: paid.reduce((sum, { usd = 0 }) => sum + usd, 0) }),
  };
}
