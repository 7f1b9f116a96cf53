import type { Clip } from '../../../types/ledger.ts';
import { fetchPublished, isFetchable } from '../../cdn/fetchPublished.ts';
import { VideoToolsetError } from '../../errors.ts';
import { jobOf } from '../advance.ts';
import { isThere } from '../isThere.ts';
import type { ProductionServices } from '../services.ts';
import { keep } from './keep.ts';

/**
 * The file of a finished clip, on this machine. Where it does not lie in the workspace it is fetched: from its server, or,
 * once that has forgotten it, from its public address. It is not paid for again.
 * @returns its absolute path
 */
export async function clipFile(clip: Clip, services: ProductionServices, signal?: AbortSignal): Promise<string> {
  const { workspace } = services;
  const name = clip.file?.path;
  if (name !== undefined && (await isThere(name, services))) return (await workspace.find(name)).absolute;
  const file = await (await services.api()).download(jobOf(clip), { signal }).catch(async (error) => {
    const { published } = clip;
    const isForgotten = error instanceof VideoToolsetError && ['not_found', 'gone', 'expired'].includes(error.code);
    if (!isForgotten || published === undefined || !isFetchable(published)) throw error;
    return await keep(published.path, (location) => fetchPublished(published, location, signal), workspace);
  });
  return (await workspace.find(file.path)).absolute;
}
