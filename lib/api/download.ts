import mime from 'mime-types';
import type { Video, VideoVariant } from '../../types/video.ts';
import { systemCode, toToolsetError, VideoToolsetError } from '../errors.ts';
import { type FollowedFile, followFile } from '../media/followFile.ts';
import { sha256OfFile } from '../media/hash.ts';
import { isWholeMp4 } from '../media/mp4.ts';
import { mediaTypeOfFile } from '../media/sniff.ts';
import { syncFile, type Workspace, type WorkspaceFile } from '../workspace.ts';
import { appendBody, type BodySource } from './append.ts';
import type { Clock } from './clock.ts';
import { BrokenOff } from './drain.ts';
import { claimPartial, type PartialFile } from './partial.ts';

/** A clip of 20 s at 1080p has some 30 MB; this is a guard against a body without end. */
const MAX_BYTES = 4 * 1024 ** 3;
const MOST_BREAKS_WITHOUT_PROGRESS = 5;
const OVERLAP_BYTES = 4_096;

export interface DownloadOptions {
  /** @default 'video' */
  variant?: VideoVariant;
  /** Name in the workspace, without suffix: the suffix follows from the bytes. @default from the prompt and the id */
  name?: string;
  /** @default false */
  overwrite?: boolean;
  /** @default 4 GiB */
  maxBytes?: number;
  signal?: AbortSignal | undefined;
  /** Bytes so far, and in all where the server says. */
  onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
  /** A file of this machine that grows, and how many of its bytes stand; fewer than before where it was begun anew. */
  onWritten?: ((location: string, bytes: number) => void) | undefined;
}

export interface DownloadedFile {
  /** Relative to the workspace. */
  path: string;
  bytes: number;
  /** Hex. */
  sha256: string;
  content_type: string;
}

export interface Download {
  video: Video;
  /** Opens the bytes from an offset on; a server that cannot do that begins anew. */
  source: BodySource;
  /** What the bytes are: server, job and variant. */
  identity: string;
  partialFolder: string;
  name: string;
}

/**
 * Streams a clip to a partial file, going on after every break, checks it, and only then gives it its name. What was
 * fetched before a failure or a crash is kept, and not fetched again.
 * @throws VideoToolsetError `invalid_media` for an empty, cut or foreign body, `file_exists`, `disk_full`, `server_error`
 */
export async function saveDownload(
  download: Download,
  options: DownloadOptions,
  workspace: Workspace,
  clock: Clock,
): Promise<DownloadedFile> {
  const partial = await claimPartial(download.partialFolder, download.identity);
  const followed = followFile(partial.path);
  const writtenTo = (bytes: number) => {
    followed.writtenTo(bytes);
    options.onWritten?.(partial.path, bytes);
  };
  try {
    writtenTo(await partial.bytes());
    await fetchWhole(partial, download.source, options, clock, writtenTo);
    const file = await checkAndAdopt(partial, followed, download.name, options, workspace);
    await partial.discard();
    return file;
  } catch (error) {
    if (await isWorthKeeping(error, partial)) await partial.keep();
    else await partial.discard();
    throw error instanceof BrokenOff ? brokenOff(error) : toToolsetError(error);
  } finally {
    await followed.close();
  }
}

async function fetchWhole(
  partial: PartialFile,
  source: BodySource,
  { onWritten: _all, ...options }: DownloadOptions,
  clock: Clock,
  onWritten: (bytes: number) => void,
): Promise<void> {
  let breaks = 0;
  let most = await partial.bytes();
  while (true) {
    const before = await partial.bytes();
    if (before > 0 && before === partial.facts.total) return;
    try {
      await appendBody(partial, source, { maxBytes: MAX_BYTES, overlapBytes: OVERLAP_BYTES, ...options, onWritten });
      return;
    } catch (error) {
      if (!(error instanceof BrokenOff) || options.signal?.aborted) throw error;
      const reached = await partial.bytes();
      // Bytes that were lost and fetched again are no progress.
      breaks = reached > most ? 1 : breaks + 1;
      most = Math.max(most, reached);
      if (breaks > MOST_BREAKS_WITHOUT_PROGRESS) throw error;
      await clock.sleep(250 * 2 ** breaks * (0.5 + 0.5 * clock.random()), options.signal);
    }
  }
}

async function checkAndAdopt(
  partial: PartialFile,
  followed: FollowedFile,
  base: string,
  options: DownloadOptions,
  workspace: Workspace,
): Promise<DownloadedFile> {
  const bytes = await partial.bytes();
  if (bytes === 0) throw notMedia('an empty body');
  const contentType = await checkedMediaType(partial.path, options.variant ?? 'video');
  const [sha256] = await Promise.all([followed.sha256(), syncFile(partial.path)]);
  const file = await adoptOrRecognise(
    partial.path,
    `${base}.${mime.extension(contentType) || 'bin'}`,
    sha256,
    options,
    workspace,
  );
  return { path: file.path, bytes, sha256, content_type: contentType };
}

async function checkedMediaType(file: string, variant: VideoVariant): Promise<string> {
  const type = await mediaTypeOfFile(file);
  const family =
    variant === 'video' ? 'video' : variant === 'thumbnail' || variant === 'spritesheet' ? 'image' : undefined;
  const isMedia = /^(video|image|audio)\//.test(type);
  if (!isMedia || (family !== undefined && !type.startsWith(`${family}/`))) {
    throw notMedia(`bytes that are not ${family === 'image' ? 'an image' : 'a video'}`);
  }
  if (type === 'video/mp4' && !(await isWholeMp4(file))) throw notMedia('a clip that is cut off or damaged');
  return type;
}

/** The same bytes under the same name are what was wanted: a repeated download is no error. */
async function adoptOrRecognise(
  partial: string,
  name: string,
  sha256: string,
  { overwrite = false }: DownloadOptions,
  workspace: Workspace,
): Promise<WorkspaceFile> {
  try {
    return await workspace.adopt(partial, name, { overwrite });
  } catch (error) {
    if (!(error instanceof VideoToolsetError) || error.code !== 'file_exists') throw error;
    const present = await workspace.find(name);
    if ((await sha256OfFile(present.absolute)) === sha256) return present;
    throw error;
  }
}

/** What was fetched is kept for the next attempt, unless it is wrong, or is what fills the disk. */
async function isWorthKeeping(error: unknown, partial: PartialFile): Promise<boolean> {
  if (error instanceof VideoToolsetError && (error.code === 'invalid_media' || error.code === 'invalid_response'))
    return false;
  const isFull = systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT';
  return !isFull || (await partial.bytes()) === partial.facts.total;
}

function brokenOff(error: BrokenOff): VideoToolsetError {
  return new VideoToolsetError('server_error', `The download broke off (${systemCode(error) ?? error.message}).`, {
    cause: error,
    retryable: true,
    next_step: 'Download it again: what was fetched so far is kept.',
  });
}

export function notMedia(what: string): VideoToolsetError {
  return new VideoToolsetError('invalid_media', `The server sent ${what}: nothing was saved.`, {
    retryable: true,
    next_step: 'Call video_retrieve to see the state of the job, then download again.',
  });
}
