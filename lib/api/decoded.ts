import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** Nobody asked for compression, but some proxies compress all the same. */
export function decoded(body: Readable, encoding: string | string[] | undefined): Readable {
  const decoder = decoderOf(String(encoding ?? 'identity').toLowerCase());
  if (decoder === undefined) return body;
  pipeline(body, decoder).catch(() => undefined);
  return decoder;
}

function decoderOf(encoding: string): Transform | undefined {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip();
  if (encoding === 'deflate') return createInflate();
  return encoding === 'br' ? createBrotliDecompress() : undefined;
}
