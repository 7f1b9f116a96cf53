import type { Clip } from '../../types/ledger.ts';
import { toToolsetError, type VideoToolsetError } from '../errors.ts';
import { type Outcome, outcomeOf, type ProduceOptions, produce } from './produce.ts';
import { type ProductionServices, requireItsServer } from './services.ts';

/** How many clips are carried at once; most of them only wait. */
const AT_ONCE = 32;

export interface Resumed {
  clip: Clip;
  outcome?: Outcome;
  /** Why the clip could not be finished; the others went on. */
  error?: VideoToolsetError;
}

/** Carries every one of these clips on to its address, each whatever becomes of the others. */
export async function resume(
  clips: readonly Clip[],
  services: ProductionServices,
  options: ProduceOptions,
): Promise<Resumed[]> {
  const ledger = await services.ledger();
  const end = performance.now() + options.limitMs;
  const resumed: Resumed[] = [];
  const waiting = [...clips];
  const work = async () => {
    for (let clip = waiting.shift(); clip !== undefined; clip = waiting.shift()) {
      // Those that take long leave time to those that come after them.
      const rounds = Math.ceil((waiting.length + 1) / AT_ONCE);
      const limitMs = (end - performance.now()) / rounds;
      if (limitMs <= 0) {
        resumed.push({ clip, outcome: outcomeOf(clip, false) });
        continue;
      }
      try {
        requireItsServer(clip, services);
        await ledger.want(clip, 'published');
        resumed.push({ clip, outcome: await produce(clip.key, services, { ...options, limitMs }) });
      } catch (error) {
        resumed.push({ clip: (await ledger.get(clip.key)) ?? clip, error: toToolsetError(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, clips.length) }, work));
  return resumed;
}
