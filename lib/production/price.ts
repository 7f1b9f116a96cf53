import type { Config } from '../../types/config.ts';
import type { Clip, Price } from '../../types/ledger.ts';
import type { Video } from '../../types/video.ts';
import { isFinal } from '../api/parse.ts';
import type { PreparedJob } from '../api/prepare.ts';
import { isFreeClip, type Profile } from '../api/profiles.ts';
import type { VideoApi } from '../api/video.ts';
import { VideoToolsetError } from '../errors.ts';
import { usdPerSecond } from '../ledger/pricing.ts';
import { mp4Seconds } from '../media/mp4.ts';

/**
 * What one attempt at a clip may cost. Where no length was asked for, it is that of the source, or the server's default, or
 * its longest.
 * @throws VideoToolsetError `not_ready` where the clip that is to be changed is not finished
 */
export async function priceOf(
  job: PreparedJob,
  api: VideoApi,
  { prices }: Pick<Config, 'prices'>,
  signal?: AbortSignal,
): Promise<Price> {
  const { fields } = job.wire;
  const source = job.sourceId === undefined ? undefined : await api.retrieve(job.sourceId, { signal });
  if (source !== undefined && !isFinal(source.status)) throw notFinished(source);
  const seconds = fields.seconds ?? source?.seconds ?? (await uploadedSeconds(job));
  const asked = { seconds, model: fields.model ?? source?.model, size: fields.size ?? source?.size };
  return priceFor(job.operation, asked, api.profile, prices);
}

/** What a clip of that length, model and size may cost; what is undefined, the server's profile tells. */
export function priceFor(
  operation: PreparedJob['operation'],
  asked: { seconds: unknown; model: unknown; size: unknown },
  profile: Profile,
  prices: Config['prices'],
): Price {
  const { defaultModel, defaultSeconds, maxSeconds } = profile;
  const usual = operation === 'create' ? (defaultSeconds ?? maxSeconds) : maxSeconds;
  const seconds = asked.seconds === undefined ? usual : lengthOf(asked.seconds);
  const model = text(asked.model) ?? defaultModel;
  const isFree = isFreeClip(profile, model);
  const rate = isFree ? 0 : usdPerSecond({ model, size: text(asked.size) }, prices);
  return {
    isFree,
    ...(seconds !== undefined && { seconds }),
    ...(rate !== undefined && seconds !== undefined && { usd: rate * seconds }),
  };
}

/** May this clip be made anew without asking, because it costs nothing? */
export function costsNothing({ request }: Pick<Clip, 'request'>, profile: Profile): boolean {
  if (request.operation !== 'create') return profile.costsNothing;
  const { model, extra } = request.parameters;
  return [model, text(extra?.model)].every((name) => isFreeClip(profile, name));
}

async function uploadedSeconds({ operation, wire: { upload } }: PreparedJob): Promise<number | undefined> {
  return operation === 'create' || upload?.absolute === undefined ? undefined : await mp4Seconds(upload.absolute);
}

function notFinished({ id, status }: Video): VideoToolsetError {
  return new VideoToolsetError(
    'not_ready',
    `Job ${id} is still ${status}: nothing can be made of it yet, and nothing was sent.`,
    {
      retryable: true,
      next_step: `Call video_wait with ${JSON.stringify({ ids: [id] })} first.`,
    },
  );
}

/** What is no length counts as none that is known: a negative one would make room in the budget. */
function lengthOf(value: unknown): number | undefined {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
