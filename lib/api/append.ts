import { type FileHandle, open } from 'node:fs/promises';
import { systemCode, VideoToolsetError } from '../errors.ts';
import { decoded } from './decoded.ts';
import { discard } from './discard.ts';
import { BrokenOff, drain } from './drain.ts';
import type { HttpResponse } from './http.ts';
import type { PartialFile } from './partial.ts';

/** Opens a body; `range` and `if-range` are in the headers where a part is asked for. */
export type BodySource = (headers: Record<string, string>, signal?: AbortSignal) => Promise<HttpResponse>;

interface AppendOptions {
  maxBytes: number;
  /** Where the server gives no validator, so many bytes are fetched twice and compared. */
  overlapBytes: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
  /** Bytes that the file has by now; less than before where it began anew. */
  onWritten?: ((bytes: number) => void) | undefined;
}

/**
 * Fetches what a partial file lacks and appends it. Bytes of another version of the clip are never mixed in: the server
 * is asked with If-Range, or an overlap is compared; where it begins anew, so does the file.
 * @throws BrokenOff where the connection broke; `invalid_media` where the body is too large
 */
export async function appendBody(partial: PartialFile, source: BodySource, options: AppendOptions): Promise<void> {
  const { validator } = partial.facts;
  const { onWritten = () => undefined } = options;
  const present = await partial.bytes();
  const from = validator === undefined ? Math.max(0, present - options.overlapBytes) : present;
  const overlap = await tail(partial.path, from, present);
  const response = await source(
    from > 0 ? { range: `bytes=${from}-`, ...(validator && { 'if-range': validator }) } : {},
    options.signal,
  );
  const encoding = String(response.headers['content-encoding'] ?? 'identity');
  const isPart = from > 0 && response.status === 206 && startOf(response) === from && encoding === 'identity';
  if ((response.status === 206 && !isPart) || response.status === 416)
    return await beginAnew(partial, response, onWritten);
  if (isPart && isOfAnother(validator, response)) return await beginAnew(partial, response, onWritten);

  const expected = isPart ? totalOf(response) : lengthOf(response);
  if (isPart && partial.facts.total !== undefined && expected !== partial.facts.total)
    return await beginAnew(partial, response, onWritten);
  if (expected !== undefined && expected > options.maxBytes) {
    discard(response.body);
    throw tooLarge(options.maxBytes);
  }
  const total = encoding === 'identity' ? expected : undefined;
  // A part says nothing new of the bytes that are there: they are still what they were fetched as.
  partial.facts = isPart ? { ...partial.facts, ...(total !== undefined && { total }) } : factsOf(response, total);
  let written = isPart ? present : 0;
  const begin = async (): Promise<FileHandle> => {
    if (!isPart) await partial.empty();
    onWritten(written);
    await partial.remember(partial.facts);
    return await open(partial.path, 'a');
  };
  const inspect = inspector(isPart ? present : 0, isPart ? overlap : Buffer.alloc(0), options, total);
  try {
    await drain(decoded(response.body, encoding), {
      begin,
      inspect,
      onWritten: (bytes) => {
        written += bytes;
        onWritten(written);
      },
      ownsChunks: response.ownsChunks === true && encoding === 'identity',
    });
  } catch (error) {
    if (error instanceof OtherBytes) return await beginAnew(partial, response, onWritten);
    throw isBreak(error) && !options.signal?.aborted ? new BrokenOff('the connection broke', { cause: error }) : error;
  }
  if (total !== undefined && (await partial.bytes()) < total) throw new BrokenOff('the body ended early');
}

/** What is on disk is of no use: the next attempt starts at the first byte. */
async function beginAnew(
  partial: PartialFile,
  response: HttpResponse,
  onWritten: (bytes: number) => void,
): Promise<never> {
  discard(response.body);
  await partial.empty();
  onWritten(0);
  partial.facts = {};
  await partial.remember({});
  throw new BrokenOff('the server has other bytes by now');
}

/** Some servers answer If-Range with a part although they name another version. */
function isOfAnother(validator: string | undefined, { headers }: HttpResponse): boolean {
  const named = validator?.startsWith('"') ? headers.etag : headers['last-modified'];
  return validator !== undefined && named !== undefined && named !== validator;
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
