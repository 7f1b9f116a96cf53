import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import mime from 'mime-types';
import type { VideoVariant } from '../../types/video.ts';
import { systemCode, toToolsetError, VideoToolsetError } from '../errors.ts';
import { sha256OfFile } from '../media/hash.ts';
import { mediaTypeOf } from '../media/sniff.ts';
import type { Workspace } from '../workspace.ts';
import type { HttpResponse } from './http.ts';

/** A clip of 20 s at 1080p has some 30 MB; this is a guard against a body without end. */
const MAX_BYTES = 4 * 1024 ** 3;
const SNIFFED_BYTES = 4_100;

export interface DownloadOptions {
  /** @default 'video' */
  variant?: VideoVariant;
  /** Name in the workspace, without suffix: the suffix follows from the bytes. @default the job's id */
  name?: string;
  /** @default false */
  overwrite?: boolean;
  /** @default 4 GiB */
  maxBytes?: number;
  signal?: AbortSignal | undefined;
  /** Bytes so far, and in all where the server says. */
  onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
}

export interface DownloadedFile {
  /** Relative to the workspace. */
  path: string;
  bytes: number;
  /** Hex. */
  sha256: string;
  content_type: string;
}

/**
 * Streams a body to a partial file, checks it, and only then gives it its name in the workspace.
 * @throws VideoToolsetError `invalid_media` for an empty, cut or foreign body, `file_exists`, `disk_full`
 */
export async function saveBody(
  response: HttpResponse,
  options: DownloadOptions & { name: string; partialFolder: string },
  workspace: Workspace,
): Promise<DownloadedFile> {
  await mkdir(options.partialFolder, { recursive: true });
  const partial = path.join(options.partialFolder, `${randomUUID()}.part`);
  try {
    const { bytes, sha256, beginning } = await writeBody(response, partial, options);
    const contentType = await checkedMediaType(response, beginning, bytes, options);
    const suffix = mime.extension(contentType) || 'bin';
    const file = await adoptOrRecognise(partial, `${options.name}.${suffix}`, sha256, options, workspace);
    return { path: file.path, bytes, sha256, content_type: contentType };
  } catch (error) {
    throw isCut(error) && !options.signal?.aborted ? cutOff(error) : toToolsetError(error);
  } finally {
    await rm(partial, { force: true });
  }
}

async function writeBody(response: HttpResponse, partial: string, options: DownloadOptions) {
  const hash = createHash('sha256');
  const total = contentLength(response);
  const { maxBytes = MAX_BYTES, onProgress } = options;
  const first: Buffer[] = [];
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (bytes < SNIFFED_BYTES) first.push(chunk);
      bytes += chunk.length;
      hash.update(chunk);
      onProgress?.(bytes, total);
      done(bytes > maxBytes ? tooLarge(maxBytes) : null, chunk);
    },
  });
  if (total !== undefined && total > maxBytes) {
    response.body.destroy();
    throw tooLarge(maxBytes);
  }
  await pipeline(response.body, meter, createWriteStream(partial, { flags: 'wx', flush: true }), {
    ...(options.signal && { signal: options.signal }),
  });
  return { bytes, sha256: hash.digest('hex'), beginning: Buffer.concat(first) };
}

async function checkedMediaType(
  response: HttpResponse,
  beginning: Buffer,
  bytes: number,
  { variant = 'video' }: DownloadOptions,
): Promise<string> {
  const expected = contentLength(response);
  if (bytes === 0) throw notMedia('an empty body');
  if (expected !== undefined && expected !== bytes) throw notMedia(`${bytes} of ${expected} bytes`);
  const type = await mediaTypeOf(beginning);
  const family = variant === 'video' ? 'video/' : variant === 'thumbnail' || variant === 'spritesheet' ? 'image/' : '';
  if (!/^(video|image|audio)\//.test(type) || !type.startsWith(family)) {
    throw notMedia(
      `${String(response.headers['content-type'] ?? 'something')} that is not ${family === 'image/' ? 'an image' : 'a video'}`,
    );
  }
  return type === 'video/quicktime' && String(response.headers['content-type']).startsWith('video/mp4')
    ? 'video/mp4'
    : type;
}

/** The same bytes under the same name are what was wanted: a repeated download is no error. */
async function adoptOrRecognise(
  partial: string,
  name: string,
  sha256: string,
  options: DownloadOptions,
  workspace: Workspace,
) {
  try {
    return await workspace.adopt(partial, name, { overwrite: options.overwrite === true });
  } catch (error) {
    if (!(error instanceof VideoToolsetError) || error.code !== 'file_exists') throw error;
    const present = await workspace.find(name);
    if ((await sha256OfFile(present.absolute)) === sha256) return present;
    throw error;
  }
}

function contentLength({ headers }: HttpResponse): number | undefined {
  const value = Number(headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(value) && headers['content-encoding'] === undefined ? value : undefined;
}

function notMedia(what: string): VideoToolsetError {
  return new VideoToolsetError('invalid_media', `The server sent ${what}: nothing was saved.`, {
    submitted: 'yes',
    billed: 'likely',
    retryable: true,
    next_step: 'Call video_retrieve to see the state of the job, then download again.',
  });
}

/** Did the connection end before the body did? */
function isCut(error: unknown): boolean {
  return /^UND_ERR_|^ECONN|^EPIPE$|^ETIMEDOUT$|^ERR_STREAM_PREMATURE_CLOSE$/.test(systemCode(error) ?? '');
}

function cutOff(cause: unknown): VideoToolsetError {
  return new VideoToolsetError('server_error', `The download broke off (${systemCode(cause)}): nothing was saved.`, {
    cause,
    retryable: true,
    next_step: 'The clip is still on its server: download it again.',
  });
}

function tooLarge(maxBytes: number): VideoToolsetError {
  return new VideoToolsetError('invalid_media', `The server sends more than ${maxBytes} bytes: nothing was saved.`, {
    submitted: 'yes',
    billed: 'likely',
  });
}
