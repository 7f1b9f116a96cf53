import { buffer } from 'node:stream/consumers';
import type { Clip } from '../../types/ledger.ts';
import { VideoToolsetError } from '../errors.ts';
import { posterOf, webpOf } from '../media/poster.ts';
import { mediaTypeOf } from '../media/sniff.ts';
import type { ProductionServices } from './services.ts';

const MOST_BYTES = 8 * 1024 * 1024;

/** The server's thumbnail, or a frame of our own; undefined where there is neither. WebP. */
export async function posterFor(
  { jobId }: Clip,
  path: string,
  services: ProductionServices,
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  const offered = jobId === undefined ? undefined : await thumbnail(jobId, services, signal);
  if (offered !== undefined) return offered;
  return await posterOf((await services.workspace.find(path)).absolute, signal);
}

async function thumbnail(
  id: string,
  services: ProductionServices,
  signal: AbortSignal | undefined,
): Promise<Buffer | undefined> {
  try {
    const { body, headers } = await (await services.api()).content(id, { variant: 'thumbnail', signal });
    if (!(Number(headers['content-length'] ?? 0) <= MOST_BYTES)) {
      body.destroy();
      return undefined;
    }
    const bytes = await buffer(body);
    const type = await mediaTypeOf(bytes.subarray(0, 4_100));
    if (type === 'image/webp') return bytes;
    return type === 'image/png' || type === 'image/jpeg' ? await webpOf(bytes) : undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    if (error instanceof VideoToolsetError || error instanceof TypeError) return undefined;
    throw error;
  }
}
