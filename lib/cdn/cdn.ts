import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { CdnDriver, CdnEntry, PublishedFile } from '../../types/cdn.ts';
import { mediaTypeOfFile } from '../media/sniff.ts';
import type { Workspace, WorkspaceFile } from '../workspace.ts';
import { type CdnConfig, driverName, openDriver } from './driver.ts';
import { changedFile, notPublishable, notTheClip, publishError } from './failure.ts';
import { type Following, follow } from './following.ts';
import { keyOf, normaliseKey } from './key.ts';
import { checkPublicAddress } from './publicAddress.ts';
import { openSink, type Sink } from './sink.ts';

export interface UploadOptions {
  signal?: AbortSignal | undefined;
  /** What the file must still be, in hex. */
  sha256?: string | undefined;
  /** Bytes so far, and in all. */
  onProgress?: ((bytes: number, total: number) => void) | undefined;
  /** What was sent of this very file while it was being written. */
  following?: Following | undefined;
}

/** Publishing: what all others call, whatever the driver. */
export interface Cdn {
  readonly driver: string;
  /**
   * Publishes a clip or picture of the workspace under a key that holds its hash; the same file again gives the same
   * address. Where a public address is configured, it is asked for the file before it is returned.
   * @throws VideoToolsetError `outside_workspace`, `file_not_found`, `invalid_media`, `publish_failed`
   */
  upload(name: string, options?: UploadOptions): Promise<PublishedFile>;
  /** Sends a file that is still being written; `upload` makes it public. */
  follow(options?: { signal?: AbortSignal | undefined }): Following;
  /** Publishes bytes under a key, where nothing stands under it yet. @returns their address */
  put(key: string, bytes: Buffer, contentType: string, options?: { signal?: AbortSignal | undefined }): Promise<string>;
  /** Published files, newest first. */
  list(options?: { prefix?: string; limit?: number }): Promise<CdnEntry[]>;
  /** @returns false where nothing stood under the key */
  remove(key: string): Promise<boolean>;
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

  /** The whole file, where nobody can see it yet. */
  const send = async (file: WorkspaceFile, { signal, onProgress }: UploadOptions): Promise<Sink> => {
    const contentType = await mediaTypeOfFile(file.absolute);
    if (!/^(video|image|audio)\//.test(contentType)) throw notPublishable(file.path);
    const sink = await openSink(await open(), contentType, {
      signal,
      onProgress: (bytes) => onProgress?.(bytes, file.bytes),
    });
    try {
      await pipeline(createReadStream(file.absolute, { highWaterMark: READ_BYTES }), sink.input);
      await sink.sent;
      return sink;
    } catch (error) {
      await sink.abort();
      throw error;
    }
  };

  const makePublic = async (file: WorkspaceFile, sink: Sink, options: UploadOptions): Promise<PublishedFile> => {
    try {
      const { bytes: bytesNow, modifiedMs } = await workspace.find(file.path);
      const bytes = sink.bytes();
      if (bytes !== file.bytes || bytes !== bytesNow || modifiedMs !== file.modifiedMs) throw changedFile(file.path);
      const sha256 = sink.sha256();
      if (options.sha256 !== undefined && sha256 !== options.sha256) throw notTheClip(file.path);
      const { contentType } = sink;
      const key = normaliseKey(keyOf(file, sha256, contentType, config.cdnKey));
      const verified = await sink.commit(key, { bytes, sha256 });
      const url = await (await open()).url(key);
      return { url, path: file.path, key, bytes, sha256, content_type: contentType, verified };
    } catch (error) {
      await sink.abort();
      throw error;
    }
  };

  const checked = async (
    published: PublishedFile,
    { absolute }: WorkspaceFile,
    { signal }: UploadOptions,
  ): Promise<PublishedFile> => {
    const { url, bytes, content_type: contentType } = published;
    if (config.cdnPublicUrl !== undefined) await checkPublicAddress(url, { bytes, contentType, absolute }, signal);
    return published;
  };

  return {
    driver: driverName(config),

    async upload(name, options = {}) {
      const file = await workspace.find(name);
      try {
        // What went wrong on the way is made good from the file: the other side is not begun anew.
        const early = await options.following?.sent().catch(() => options.following?.abort());
        if (early !== undefined) {
          const published = await makePublic(file, early, options).catch(() => undefined);
          if (published !== undefined) return await checked(published, file, options);
          options.signal?.throwIfAborted();
        }
        return await checked(await makePublic(file, await send(file, options), options), file, options);
      } catch (error) {
        throw publishError(error, file.path);
      }
    },

    follow: ({ signal } = {}) => follow(open, signal),

    async put(key, bytes, contentType, { signal } = {}) {
      const driver = await open();
      const name = normaliseKey(key);
      if ((await driver.head(name)) === undefined) {
        const sink = await openSink(driver, contentType, { signal });
        try {
          sink.input.end(bytes);
          await sink.sent;
          await sink.commit(name, { bytes: bytes.length, sha256: sink.sha256() });
        } catch (error) {
          await sink.abort();
          throw publishError(error, name);
        }
      }
      return await driver.url(name);
    },

    async list({ prefix = '', limit = 100 } = {}) {
      const driver = await open();
      const entries: Omit<CdnEntry, 'url'>[] = [];
      for await (const entry of driver.list(prefix)) entries.push(entry);
      const newest = entries.sort((a, b) => b.modifiedMs - a.modifiedMs || a.key.localeCompare(b.key)).slice(0, limit);
      return await Promise.all(newest.map(async (entry) => ({ ...entry, url: await driver.url(entry.key) })));
    },

    remove: async (key) => (await open()).remove(key),

    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}

/** Large enough that a file is not read in crumbs; hashing and writing are what takes time. */
const READ_BYTES = 1024 * 1024;
