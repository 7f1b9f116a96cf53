const MOST_CALLERS = 10_000;

export interface RateLimit {
  perSecond: number;
  /** At once, after a pause. */
  burst: number;
}

/** Takes one from the caller's bucket. @returns the whole seconds to wait where it is empty */
export type TakeTurn = (caller: string) => number | undefined;

/** @param now milliseconds that only grow */
export function createRate({ perSecond, burst }: RateLimit, now = () => performance.now()): TakeTurn {
  const buckets = new Map<string, { left: number; at: number }>();
  return (caller) => {
    const at = now();
    const before = buckets.get(caller) ?? { left: burst, at };
    const left = Math.min(burst, before.left + ((at - before.at) * perSecond) / 1_000);
    const isAllowed = left >= 1;
    // Whoever came last stands last, and who was not seen for longest is forgotten.
    buckets.delete(caller);
    buckets.set(caller, { left: isAllowed ? left - 1 : left, at });
    const [oldest] = buckets.size > MOST_CALLERS ? buckets.keys() : [];
    if (oldest !== undefined) buckets.delete(oldest);
    return isAllowed ? undefined : Math.ceil((1 - left) / perSecond);
  };
}
