import type { ProductionServices } from '../services.ts';
import { previews, type WantedShot } from './preview.ts';

/** What shots that are still to be made will take, as far as that is known. */
export interface Estimate {
  shots: number;
  /** Seconds of video; of those shots whose length is known. */
  seconds: number;
  /** Dollars; undefined where a price is not known. */
  usd?: number;
  isFree: boolean;
  /** By what its server took for clips before; undefined where it made none. */
  durationMs?: number;
}

/** @throws VideoToolsetError for what its server, or this machine, cannot do; nothing was sent */
export async function estimate(
  shots: readonly WantedShot[],
  all: ReadonlyMap<string, WantedShot>,
  services: ProductionServices,
  concurrency: number,
): Promise<Estimate> {
  let [seconds, usd, isPriced, isFree] = [0, 0, true, true];
  for await (const { price } of previews(shots, all, services)) {
    seconds += price.seconds ?? 0;
    usd += price.usd ?? 0;
    isPriced &&= price.usd !== undefined;
    isFree &&= price.isFree;
  }
  const ledger = await services.ledger();
  const usual = await ledger.usualMs(services.server);
  const turns = Math.max(Math.ceil(shots.length / concurrency), longestChain(shots));
  return {
    ...{ shots: shots.length, seconds, isFree },
    ...(isPriced && { usd }),
    ...(usual !== undefined && { durationMs: usual * turns }),
  };
}

/** How many of these shots wait for each other, one after the other. */
function longestChain(shots: readonly WantedShot[]): number {
  const sources = new Map(shots.map(({ id, request }) => [id, request.source?.shot]));
  const lengths = new Map<string, number>();
  for (const { id } of shots) {
    const line: string[] = [];
    let next: string | undefined = id;
    for (; next !== undefined && sources.has(next) && !lengths.has(next); next = sources.get(next)) line.push(next);
    let length = next === undefined ? 0 : (lengths.get(next) ?? 0);
    for (const shot of line.reverse()) lengths.set(shot, ++length);
  }
  return [...lengths.values()].reduce((longest, length) => Math.max(longest, length), 0);
}
