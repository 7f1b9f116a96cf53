import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fetch } from 'undici';
import type { PublishedFile } from '../../types/cdn.ts';
import { VideoToolsetError } from '../errors.ts';

/** Can anybody fetch it from its address? */
export function isFetchable({ url }: Pick<PublishedFile, 'url'>): boolean {
  return /^https?:\/\//.test(url);
}

/** Fetches what was published from its address, and checks that it is what it was. @throws VideoToolsetError `publish_failed` */
export async function fetchPublished(
  { url, sha256 }: Pick<PublishedFile, 'url' | 'sha256'>,
  location: string,
  signal?: AbortSignal,
): Promise<void> {
  const response = await fetch(url, { headers: { 'accept-encoding': 'identity' }, ...(signal && { signal }) }).catch(
    (error) => {
      if (signal?.aborted) throw error;
      throw notThere(url, 'nobody answers', error);
    },
  );
  if (!response.ok || response.body === null) throw notThere(url, `HTTP ${response.status}`);
  const hash = createHash('sha256');
  const hashed = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(Readable.fromWeb(response.body), hashed, createWriteStream(location));
  if (hash.digest('hex') !== sha256) throw notThere(url, 'it serves other bytes');
}

function notThere(url: string, reason: string, cause?: unknown): VideoToolsetError {
  return new VideoToolsetError('publish_failed', `The published file cannot be had from ${url}: ${reason}.`, {
    cause,
    retryable: true,
    next_step: 'Check that CDN_PUBLIC_URL is the address of the CDN_URL folder, and the web server behind it.',
  });
}
