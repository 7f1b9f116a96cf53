import { createWriteStream } from 'node:fs';
import { open, truncate } from 'node:fs/promises';
import { type Duplex, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { systemCode, VideoToolsetError } from '../errors.ts';
import type { HttpResponse } from './http.ts';
import type { PartialFile } from './partial.ts';

/** Opens a body; `range` and `if-range` are in the headers where a part is asked for. */
export type BodySource = (headers: Record<string, string>, signal?: AbortSignal) => Promise<HttpResponse>;

/** The connection ended before the body did. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

interface AppendOptions {
  maxBytes: number;
  /** Where the server gives no validator, so many bytes are fetched twice and compared. */
  overlapBytes: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
}

/**
 * Fetches what a partial file lacks and appends it. Bytes of another version of the clip are never mixed in: the server
 * is asked with If-Range, or an overlap is compared; where it begins anew, so does the file.
 * @throws BrokenOff where the connection broke; `invalid_media` where the body is too large
 */
export async function appendBody(partial: PartialFile, source: BodySource, options: AppendOptions): Promise<void> {
  const { validator } = partial.facts;
  const present = await partial.bytes();
  const from = validator === undefined ? Math.max(0, present - options.overlapBytes) : present;
  const response = await source(
    from > 0 ? { range: `bytes=${from}-`, ...(validator && { 'if-range': validator }) } : {},
    options.signal,
  );
  const encoding = String(response.headers['content-encoding'] ?? 'identity');
  const isPart = response.status === 206 && startOf(response) === from && encoding === 'identity';
  if (response.status === 206 && !isPart) return await beginAnew(partial, response);
  if (response.status === 416) return await beginAnew(partial, response);

  const expected = isPart ? totalOf(response) : lengthOf(response);
  if (isPart && partial.facts.total !== undefined && expected !== partial.facts.total)
    return await beginAnew(partial, response);
  if (expected !== undefined && expected > options.maxBytes) {
    response.body.destroy();
    throw tooLarge(options.maxBytes);
  }
  if (!isPart) await truncate(partial.path, 0).catch(() => undefined);
  const offset = isPart ? present : 0;
  partial.facts = factsOf(response, encoding === 'identity' ? expected : undefined);
  await partial.remember(partial.facts);
  const overlap = isPart ? await tail(partial.path, from, present) : Buffer.alloc(0);
  const stages = [...decoders(encoding), meter(offset, overlap, options, partial.facts.total)];
  try {
    await pipeTo(response.body, stages, createWriteStream(partial.path, { flags: isPart ? 'a' : 'w' }), options.signal);
  } catch (error) {
    if (error instanceof OtherBytes) return await beginAnew(partial, response);
    throw isBreak(error) && !options.signal?.aborted ? new BrokenOff('the connection broke', { cause: error }) : error;
  }
  const { total } = partial.facts;
  if (total !== undefined && (await partial.bytes()) < total) throw new BrokenOff('the body ended early');
}

/** What is on disk is of no use: the next attempt starts at the first byte. */
async function beginAnew(partial: PartialFile, response: HttpResponse): Promise<never> {
  response.body.destroy();
  await truncate(partial.path, 0).catch(() => undefined);
  partial.facts = {};
  await partial.remember({});
  throw new BrokenOff('the server has other bytes by now');
}

class OtherBytes extends Error {}

/** Counts, limits, and compares the bytes that were asked for twice. */
function meter(
  offset: number,
  overlap: Buffer,
  { maxBytes, onProgress }: AppendOptions,
  total: number | undefined,
): Transform {
  let bytes = offset;
  let compared = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const again = chunk.subarray(0, Math.max(0, overlap.length - compared));
      if (!again.equals(overlap.subarray(compared, compared + again.length))) return done(new OtherBytes());
      compared += again.length;
      const fresh = chunk.subarray(again.length);
      bytes += fresh.length;
      onProgress?.(bytes, total);
      done(bytes > maxBytes ? tooLarge(maxBytes) : null, fresh);
    },
  });
}

async function pipeTo(
  body: Readable,
  stages: Duplex[],
  file: NodeJS.WritableStream,
  signal: AbortSignal | undefined,
): Promise<void> {
  await pipeline([body, ...stages, file], { ...(signal && { signal }) });
}

async function tail(file: string, from: number, to: number): Promise<Buffer> {
  if (from >= to) return Buffer.alloc(0);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Nobody asked for compression, but some proxies compress all the same. */
function decoders(encoding: string): Duplex[] {
  if (encoding === 'gzip' || encoding === 'x-gzip') return [createGunzip()];
  if (encoding === 'deflate') return [createInflate()];
  return encoding === 'br' ? [createBrotliDecompress()] : [];
}

function factsOf({ headers }: HttpResponse, total: number | undefined) {
  const etag = typeof headers.etag === 'string' && !headers.etag.startsWith('W/') ? headers.etag : undefined;
  const validator = etag ?? headers['last-modified'];
  return { ...(typeof validator === 'string' && { validator }), ...(total !== undefined && { total }) };
}

function startOf({ headers }: HttpResponse): number | undefined {
  const [, start] = /^bytes (\d+)-/.exec(String(headers['content-range'])) ?? [];
  return start === undefined ? undefined : Number(start);
}

function totalOf({ headers }: HttpResponse): number | undefined {
  const [, total] = /\/(\d+)$/.exec(String(headers['content-range'])) ?? [];
  return total === undefined ? undefined : Number(total);
}

function lengthOf({ headers }: HttpResponse): number | undefined {
  const value = Number(headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : undefined;
}

function isBreak(error: unknown): boolean {
  return /^UND_ERR_|^ECONN|^EPIPE$|^ETIMEDOUT$|^ERR_STREAM_PREMATURE_CLOSE$|^Z_|^ERR_.*_?PREMATURE/.test(
    systemCode(error) ?? '',
  );
}

function tooLarge(maxBytes: number): VideoToolsetError {
  return new VideoToolsetError('invalid_media', `The server sends more than ${maxBytes} bytes: nothing was saved.`);
}
