import type { Clip } from '../../types/ledger.ts';
import { toToolsetError, type VideoToolsetError } from '../errors.ts';
import { type Outcome, type ProduceOptions, produce } from './produce.ts';
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
  const left = clips.values();
  const work = async () => {
    for (const clip of left) {
      try {
        requireItsServer(clip, services);
        await ledger.want(clip, 'published');
        const limitMs = Math.max(1, end - performance.now());
        resumed.push({ clip, outcome: await produce(clip.key, services, { ...options, limitMs }) });
      } catch (error) {
        resumed.push({ clip: (await ledger.get(clip.key)) ?? clip, error: toToolsetError(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, clips.length) }, work));
  return resumed;
}
