import type { PublishedFile } from '../../types/cdn.ts';
import type { Clip } from '../../types/ledger.ts';
import type { SavedFile } from '../../types/tool.ts';
import type { UploadOptions } from '../cdn/cdn.ts';
import { besideKey } from '../cdn/key.ts';
import { posterFor } from './poster.ts';
import type { ProductionServices } from './services.ts';
import { sidecarOf } from './sidecar.ts';

/** Publishes a clip, with its poster and a small JSON of where it came from beside it. */
export async function publishClip(
  clip: Clip,
  file: SavedFile,
  services: ProductionServices,
  options: Omit<UploadOptions, 'sha256'>,
): Promise<PublishedFile> {
  const cdn = await services.cdn();
  const published = await cdn.upload(file.path, { ...options, sha256: file.sha256 });
  return await withCompanions(clip, published, services, options.signal);
}

/** Adds poster and sidecar to a clip that is published. It is what counts: without them it stands there all the same. */
export async function withCompanions(
  clip: Clip,
  published: PublishedFile,
  services: ProductionServices,
  signal?: AbortSignal,
): Promise<PublishedFile> {
  const orNone = (error: unknown): undefined => {
    if (signal?.aborted) throw error;
  };
  const [api, cdn] = await Promise.all([services.api(), services.cdn()]);
  const beside = (suffix: string, bytes: Buffer, type: string) =>
    cdn.put(besideKey(published.key, suffix), bytes, type, { signal }).catch(orNone);

  const poster = await posterFor(clip, published.path, services, signal).catch(orNone);
  const posterUrl = poster && (await beside('webp', poster, 'image/webp'));
  const video = clip.jobId === undefined ? undefined : await api.retrieve(clip.jobId, { signal }).catch(orNone);
  const sidecar = Buffer.from(`${JSON.stringify(sidecarOf(clip, published, video), null, 2)}\n`);
  const sidecarUrl = await beside('json', sidecar, 'application/json');
  return {
    ...published,
    ...(posterUrl !== undefined && { poster_url: posterUrl }),
    ...(sidecarUrl !== undefined && { sidecar_url: sidecarUrl }),
  };
}
