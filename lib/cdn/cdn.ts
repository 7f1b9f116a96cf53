import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { CdnDriver, CdnEntry, PublishedFile } from '../../types/cdn.ts';
import type { Config } from '../../types/config.ts';
import { toToolsetError, VideoToolsetError } from '../errors.ts';
import { mediaTypeOfFile } from '../media/sniff.ts';
import type { Workspace } from '../workspace.ts';
import { keyOf, normaliseKey } from './key.ts';

export interface UploadOptions {
  signal?: AbortSignal | undefined;
  /** Bytes so far, and in all. */
  onProgress?: ((bytes: number, total: number) => void) | undefined;
}

/** Publishing: what all others call, whatever the driver. */
export interface Cdn {
  readonly driver: string;
  /**
   * Publishes a clip or picture of the workspace under a key that holds its hash; the same file again gives the same address.
   * @throws VideoToolsetError `outside_workspace`, `file_not_found`, `invalid_media`, `publish_failed`
   */
  upload(name: string, options?: UploadOptions): Promise<PublishedFile>;
  /** Published files, newest first. */
  list(options?: { prefix?: string; limit?: number }): Promise<CdnEntry[]>;
  close(): Promise<void>;
}

/** The folder of a local CDN, which is then out of the tools' reach. */
export function localCdnFolder(cdn: URL): string | undefined {
  return cdn.protocol === 'file:' ? fileURLToPath(cdn) : undefined;
}

/** The driver, and what its place needs, is loaded on first use. */
export function createCdn(config: CdnConfig, workspace: Workspace): Cdn {
  let opened: Promise<CdnDriver> | undefined;
  const open = (): Promise<CdnDriver> => {
    opened ??= openDriver(config).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    driver: DRIVERS[config.cdn.protocol] ?? config.cdn.protocol,

    async upload(name, { signal, onProgress } = {}) {
      const file = await workspace.find(name);
      const contentType = await mediaTypeOfFile(file.absolute);
      if (!/^(video|image|audio)\//.test(contentType)) {
        throw new VideoToolsetError(
          'invalid_media',
          `${file.path} is neither a clip nor a picture: it was not published.`,
          {
            next_step: 'Name a video, image or audio file of the workspace.',
          },
        );
      }
      const driver = await open();
      const opening = orStopped(driver.open({ contentType }), signal, (late) => late.abort());
      const upload = await opening.catch((error) => {
        throw publishError(error, file.path);
      });
      const hash = createHash('sha256');
      let bytes = 0;
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          bytes += chunk.length;
          onProgress?.(bytes, file.bytes);
          done(null, chunk);
        },
      });
      try {
        await pipeline(createReadStream(file.absolute, { highWaterMark: READ_BYTES }), meter, upload.stream, {
          ...(signal && { signal }),
        });
        const { bytes: bytesNow, modifiedMs } = await workspace.find(name);
        if (bytes !== file.bytes || bytes !== bytesNow || modifiedMs !== file.modifiedMs) throw changedFile(file.path);
        const sha256 = hash.digest('hex');
        const key = normaliseKey(keyOf(file, sha256, contentType));
        const verified = await orStopped(upload.commit(key, { bytes, sha256 }), signal);
        return { url: await driver.url(key), path: file.path, key, bytes, sha256, content_type: contentType, verified };
      } catch (error) {
        await upload.abort();
        throw publishError(error, file.path);
      }
    },

    async list({ prefix = '', limit = 100 } = {}) {
      const driver = await open();
      const entries: CdnEntry[] = [];
      for await (const entry of driver.list(prefix)) entries.push({ ...entry, url: await driver.url(entry.key) });
      return entries.sort((a, b) => b.modifiedMs - a.modifiedMs || a.key.localeCompare(b.key)).slice(0, limit);
    },

    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}

type CdnConfig = Pick<Config, 'cdn' | 'cdnPublicUrl' | 'cdnHostKeys' | 'sshAgent'>;

/** Large enough that a file is not read in crumbs; hashing and writing are what takes time. */
const READ_BYTES = 256 * 1024;

const DRIVERS: Record<string, string> = { 'file:': 'local', 'sftp:': 'sftp', 's3:': 's3' };

async function openDriver({ cdn, cdnPublicUrl: publicUrl, cdnHostKeys, sshAgent }: CdnConfig): Promise<CdnDriver> {
  switch (cdn.protocol) {
    case 'file:': {
      const { createLocalCdn } = await import('./local.ts');
      return createLocalCdn({ folder: fileURLToPath(cdn), ...(publicUrl !== undefined && { publicUrl }) });
    }
    case 'sftp:': {
      const { createSftpCdn } = await import('./sftp.ts');
      return createSftpCdn({ address: cdn, publicUrl, hostKeys: cdnHostKeys, agent: sshAgent });
    }
    default:
      throw new VideoToolsetError('unsupported', `Publishing to ${cdn.protocol} is not possible yet.`, {
        next_step: 'Set CDN_URL (option cdn) to file:<folder> or sftp://user@host/folder.',
      });
  }
}

/** What is stopped is not waited for; what comes of it nevertheless is discarded. */
async function orStopped<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  discard?: (late: T) => Promise<void>,
): Promise<T> {
  if (signal === undefined) return await work;
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, stopped.promise]);
  } catch (error) {
    if (signal.aborted) work.then(discard).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function changedFile(shown: string): VideoToolsetError {
  return new VideoToolsetError('publish_failed', `${shown} changed while it was read: nothing was published.`, {
    retryable: true,
    next_step: `Call cdn_upload with {"path":${JSON.stringify(shown)}} again, once nothing writes to the file.`,
  });
}

function publishError(error: unknown, shown: string): VideoToolsetError {
  const known = toToolsetError(error);
  if (known.code !== 'internal') return known;
  return new VideoToolsetError('publish_failed', `${shown} was not published: ${known.message}`, {
    cause: error,
    retryable: true,
    next_step: `Call cdn_upload with {"path":${JSON.stringify(shown)}} again; the file itself is safe in the workspace.`,
  });
}
