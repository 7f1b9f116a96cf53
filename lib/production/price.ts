import type { Config } from '../../types/config.ts';
import type { Price } from '../../types/ledger.ts';
import type { PreparedJob } from '../api/prepare.ts';
import type { VideoApi } from '../api/video.ts';
import { usdPerSecond } from '../ledger/pricing.ts';

/**
 * What one attempt at a clip may cost. Where no length was asked for, it is that of the source, or the server's default, or
 * its longest.
 */
export async function priceOf(
  job: PreparedJob,
  api: VideoApi,
  { prices }: Pick<Config, 'prices'>,
  signal?: AbortSignal,
): Promise<Price> {
  const { costsNothing: isFree, defaultModel, defaultSeconds, maxSeconds } = api.profile;
  const { fields } = job.wire;
  const source = job.sourceId === undefined ? undefined : await api.retrieve(job.sourceId, { signal });
  const asked = fields.seconds ?? source?.seconds;
  const usual = job.operation === 'create' ? (defaultSeconds ?? maxSeconds) : maxSeconds;
  const seconds = asked === undefined ? usual : lengthOf(asked);
  const model = text(fields.model) ?? source?.model ?? defaultModel;
  const size = text(fields.size) ?? source?.size;
  const rate = isFree ? 0 : usdPerSecond({ model, size }, prices);
  return {
    isFree,
    ...(seconds !== undefined && { seconds }),
    ...(rate !== undefined && seconds !== undefined && { usd: rate * seconds }),
  };
}

/** What is no length counts as none that is known: a negative one would make room in the budget. */
function lengthOf(value: unknown): number | undefined {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
