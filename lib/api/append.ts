import { type FileHandle, open, truncate } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { systemCode, VideoToolsetError } from '../errors.ts';
import { decoded } from './decoded.ts';
import { discard } from './discard.ts';
import type { HttpResponse } from './http.ts';
import type { PartialFile } from './partial.ts';

/** Chunks that may wait for the disk. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

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
  const overlap = await tail(partial.path, from, present);
  const response = await source(
    from > 0 ? { range: `bytes=${from}-`, ...(validator && { 'if-range': validator }) } : {},
    options.signal,
  );
  const encoding = String(response.headers['content-encoding'] ?? 'identity');
  const isPart = from > 0 && response.status === 206 && startOf(response) === from && encoding === 'identity';
  if (response.status === 206 && !isPart) return await beginAnew(partial, response);
  if (response.status === 416) return await beginAnew(partial, response);

  const expected = isPart ? totalOf(response) : lengthOf(response);
  if (isPart && partial.facts.total !== undefined && expected !== partial.facts.total)
    return await beginAnew(partial, response);
  if (expected !== undefined && expected > options.maxBytes) {
    discard(response.body);
    throw tooLarge(options.maxBytes);
  }
  partial.facts = factsOf(response, encoding === 'identity' ? expected : undefined);
  const begin = async (): Promise<FileHandle> => {
    await partial.remember(partial.facts);
    return await open(partial.path, isPart ? 'a' : 'w');
  };
  const inspect = inspector(isPart ? present : 0, isPart ? overlap : Buffer.alloc(0), options, partial.facts.total);
  try {
    await drain(decoded(response.body, encoding), begin, inspect);
  } catch (error) {
    if (error instanceof OtherBytes) return await beginAnew(partial, response);
    throw isBreak(error) && !options.signal?.aborted ? new BrokenOff('the connection broke', { cause: error }) : error;
  }
  const { total } = partial.facts;
  if (total !== undefined && (await partial.bytes()) < total) throw new BrokenOff('the body ended early');
}

/** What is on disk is of no use: the next attempt starts at the first byte. */
async function beginAnew(partial: PartialFile, response: HttpResponse): Promise<never> {
  discard(response.body);
  await truncate(partial.path, 0).catch(() => undefined);
  partial.facts = {};
  await partial.remember({});
  throw new BrokenOff('the server has other bytes by now');
}

class OtherBytes extends Error {}

/** Counts, limits, and compares the bytes that were asked for twice; what it returns is to be written. */
function inspector(
  offset: number,
  overlap: Buffer,
  { maxBytes, onProgress }: AppendOptions,
  total: number | undefined,
) {
  let bytes = offset;
  let compared = 0;
  return (chunk: Buffer): Buffer => {
    const again = chunk.subarray(0, Math.max(0, overlap.length - compared));
    if (!again.equals(overlap.subarray(compared, compared + again.length))) throw new OtherBytes();
    compared += again.length;
    const fresh = chunk.subarray(again.length);
    bytes += fresh.length;
    onProgress?.(bytes, total);
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    return fresh;
  };
}

/**
 * Everything that arrived before a break is written: a pipeline would drop what it still holds. Listening starts in the
 * turn in which the answer came, before anything can be lost.
 */
async function drain(
  body: Readable,
  begin: () => Promise<FileHandle>,
  inspect: (chunk: Buffer) => Buffer,
): Promise<void> {
  const file = begin();
  file.catch((error) => body.destroy(error));
  let written: Promise<unknown> = file;
  let waiting = 0;
  const write = async (chunk: Buffer): Promise<void> => {
    await (await file).writeFile(chunk);
    waiting -= chunk.length;
    if (waiting < MOST_WAITING_BYTES / 2) body.resume();
  };
  const arrived = new Promise<void>((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      try {
        const fresh = inspect(chunk);
        waiting += fresh.length;
        written = written.then(() => write(fresh));
        written.catch((error) => body.destroy(error));
        if (waiting > MOST_WAITING_BYTES) body.pause();
      } catch (error) {
        body.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    body.on('end', resolve);
    body.on('error', reject);
    body.on('close', () => reject(new BrokenOff('the connection broke')));
    if (body.destroyed) reject(body.errored ?? new BrokenOff('the connection broke'));
  });
  try {
    await arrived;
  } finally {
    try {
      await written;
    } finally {
      await (await file).close();
    }
  }
}

async function tail(file: string, from: number, to: number): Promise<Buffer> {
  if (from === 0 || from >= to) return Buffer.alloc(0);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
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
