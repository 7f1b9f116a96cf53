import type { Readable } from 'node:stream';
import type { Clip } from '../../types/ledger.ts';
import { posterOf } from '../media/poster.ts';
import { mediaTypeOf } from '../media/sniff.ts';
import type { ProductionServices } from './services.ts';

const TIME_LIMIT_MS = 30_000;
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
    const limit = AbortSignal.timeout(TIME_LIMIT_MS);
    const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    const { body } = await (await services.api()).content(id, { variant: 'thumbnail', signal: either });
    const bytes = await atMost(MOST_BYTES, body);
    if (bytes === undefined) return undefined;
    const type = await mediaTypeOf(bytes.subarray(0, 4_100));
    if (type === 'image/webp') return bytes;
    return type === 'image/png' || type === 'image/jpeg' ? await posterOf(bytes, signal) : undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}

/** The whole of a body; undefined for a longer one, whatever length it claims. */
async function atMost(limit: number, body: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop destroys the body.
    if (bytes > limit) return undefined;
  }
  return Buffer.concat(chunks);
}
