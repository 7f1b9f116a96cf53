import type { Price } from '../../../types/ledger.ts';
import type { ShotRequest } from '../../../types/storyboard.ts';
import type { PreparedJob } from '../../api/prepare.ts';
import type { VideoApi } from '../../api/video.ts';
import { VideoToolsetError } from '../../errors.ts';
import { requireFfmpeg } from '../../media/ffmpeg.ts';
import { createRequestOf, isAddress } from '../createRequest.ts';
import { priceFor } from '../price.ts';
import type { ProductionServices } from '../services.ts';
import { bringFile } from '../sharedFiles.ts';

export interface WantedShot {
  id: string;
  request: ShotRequest;
}

/** What would be sent for a shot; what its source gives to it is named in words. */
export interface ShotPreview {
  id: string;
  path: string;
  fields: Record<string, unknown>;
  price: Price;
}

/** What a clip is, where it is made of another one that is not there yet. */
interface Facts {
  /** Of the whole clip. */
  seconds: number | undefined;
  model: unknown;
  size: unknown;
}

/**
 * What would be sent for these shots, and what it would cost; nothing is sent.
 * @param all every shot of the storyboard, among which the sources are
 * @throws VideoToolsetError for what its server, or this machine, cannot do
 */
export async function* previews(
  shots: Iterable<WantedShot>,
  all: ReadonlyMap<string, WantedShot>,
  services: ProductionServices,
): AsyncGenerator<ShotPreview> {
  const { config } = services;
  const api = await services.api();
  const pictures = new Set<string>();
  const factsOf = createFacts(all, api);
  let hasFfmpeg = false;
  for (const { id, request } of shots) {
    const link = request.source?.link;
    try {
      if (link === 'continue_from' && !hasFfmpeg) await requireFfmpeg();
      hasFfmpeg ||= link === 'continue_from';
      await checkPicture(request, pictures, services);
      const job = await preparedOf(request, api);
      const facts = await factsOf(id);
      // An extension pays for what it adds.
      const asked = link === 'extends' ? { ...facts, seconds: request.seconds } : facts;
      const price = priceFor(job.operation, asked, api.profile, config.prices);
      yield { id, path: job.path, fields: { ...job.wire.fields, ...givenBy(request) }, price };
    } catch (error) {
      throw error instanceof VideoToolsetError ? atShot(id, error) : error;
    }
  }
}

function createFacts(all: ReadonlyMap<string, WantedShot>, api: VideoApi): (id: string) => Promise<Facts> {
  const known = new Map<string, Facts>();
  return async (id) => {
    const line: WantedShot[] = [];
    let next = all.get(id);
    for (; next !== undefined && !known.has(next.id); next = sourceOfRevision(next, all)) line.push(next);
    for (const { id: shot, request } of line.reverse()) {
      const { source, seconds: added } = request;
      const origin = source && source.link !== 'continue_from' ? known.get(source.shot) : undefined;
      if (origin === undefined) {
        const { seconds, model, size } = (await preparedOf(request, api)).wire.fields;
        const { defaultSeconds } = api.profile;
        known.set(shot, { seconds: seconds === undefined ? defaultSeconds : Number(seconds), model, size });
      } else {
        const isLonger = source?.link === 'extends' && origin.seconds !== undefined;
        known.set(shot, { ...origin, ...(isLonger && { seconds: (origin.seconds ?? 0) + Number(added) }) });
      }
    }
    return known.get(id) ?? { seconds: undefined, model: undefined, size: undefined };
  };
}

function sourceOfRevision({ request: { source } }: WantedShot, all: ReadonlyMap<string, WantedShot>) {
  return source === undefined || source.link === 'continue_from' ? undefined : all.get(source.shot);
}

/** Without pictures, which need not be there yet, and with a job that stands for the source's. */
async function preparedOf(request: ShotRequest, api: VideoApi): Promise<PreparedJob> {
  const { source, prompt, seconds = '', input_reference: _, ...rest } = request;
  if (source?.link === 'extends')
    return await api.prepare({ operation: 'extend', parameters: { video: { id: source.shot }, prompt, seconds } });
  if (source?.link === 'remix_of')
    return await api.prepare({ operation: 'remix', parameters: { id: source.shot, prompt } });
  return await api.prepare(createRequestOf({ prompt, ...rest, ...(seconds !== '' && { seconds }) }));
}

/** A picture is looked at once for every size it is brought to. */
async function checkPicture(request: ShotRequest, seen: Set<string>, services: ProductionServices): Promise<void> {
  const { source: _, input_reference, size, fit } = request;
  if (input_reference === undefined || isAddress(input_reference)) return;
  const key = JSON.stringify([input_reference, size, fit]);
  if (seen.has(key)) return;
  seen.add(key);
  await bringFile(input_reference, services);
  await (await services.api()).prepare(createRequestOf(request));
}

function givenBy({ source, input_reference }: ShotRequest): Record<string, unknown> {
  if (source?.link === 'continue_from') return { input_reference: `<the last frame of ${source.shot}>` };
  if (source?.link === 'extends') return { video: { id: `<the job of ${source.shot}>` } };
  if (input_reference === undefined) return {};
  return { input_reference: isAddress(input_reference) ? input_reference : `<the file ${input_reference}>` };
}

function atShot(id: string, error: VideoToolsetError): VideoToolsetError {
  return new VideoToolsetError(error.code, `${id}: ${error.message}`, { ...error.facts, cause: error });
}
