import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import type { CdnDriver } from '../../types/cdn.ts';
import { systemCode } from '../errors.ts';
import { sha256OfFile } from '../media/hash.ts';
import { syncFolder } from '../workspace.ts';
import { urlPathOf } from './key.ts';
import { changedBytes, taken } from './refusal.ts';
import { withSafeKeys } from './safeKeys.ts';

/** Hidden, and on the same file system, so that a rename makes the file public at once. */
const STAGING = '.staging';

/** Publishes into a folder, which a web server may serve. */
export function createLocalCdn({ folder, publicUrl }: { folder: string; publicUrl?: string }): CdnDriver {
  const fileOf = (key: string) => path.join(folder, ...key.split('/'));
  const staging = path.join(folder, STAGING);

  return withSafeKeys({
    name: 'local',

    async open() {
      await mkdir(staging, { recursive: true });
      const temporary = path.join(staging, `${randomUUID()}.part`);
      const stream = createWriteStream(temporary, { flags: 'wx', flush: true });
      return {
        stream,
        async commit(key, { sha256 }) {
          if ((await sha256OfFile(temporary)) !== sha256) throw changedBytes(key, 'the CDN folder');
          await mkdir(path.dirname(fileOf(key)), { recursive: true });
          await makePublic(temporary, fileOf(key), key, sha256);
          await syncFolder(path.dirname(fileOf(key)));
          return 'sha256';
        },
        async abort() {
          // The file may be about to be made: it can be removed only once the stream is closed.
          await finished(stream.destroy()).catch(() => undefined);
          await rm(temporary, { force: true });
        },
      };
    },

    async head(key) {
      const stats = await stat(fileOf(key)).catch(ignoreMissing);
      if (!stats?.isFile()) return undefined;
      return { bytes: stats.size, sha256: await sha256OfFile(fileOf(key)), modifiedMs: stats.mtimeMs };
    },

    async remove(key) {
      const existed = await rm(fileOf(key)).then(() => true, ignoreMissing);
      return existed === true;
    },

    async *list(prefix) {
      const entries = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreMissing)) ?? [];
      for (const entry of entries.filter((candidate) => candidate.isFile())) {
        const location = path.join(entry.parentPath, entry.name);
        const key = path.relative(folder, location).split(path.sep).join('/');
        if (key.startsWith('.') || !key.startsWith(prefix)) continue;
        const stats = await stat(location).catch(ignoreMissing);
        if (stats) yield { key, bytes: stats.size, modifiedMs: stats.mtimeMs };
      }
    },

    url: async (key) => (publicUrl === undefined ? pathToFileURL(fileOf(key)).href : `${publicUrl}/${urlPathOf(key)}`),

    close: async () => undefined,
  });
}

/** `link` refuses a taken name, so nothing is ever overwritten. */
async function makePublic(temporary: string, target: string, key: string, sha256: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    if (systemCode(error) === 'EPERM' || systemCode(error) === 'ENOTSUP')
      return await makePublicWithoutLinks(temporary, target, key, sha256);
    if (systemCode(error) !== 'EEXIST') throw error;
    if ((await sha256OfFile(target)) !== sha256) throw taken(key);
  }
  await rm(temporary, { force: true });
}

async function makePublicWithoutLinks(temporary: string, target: string, key: string, sha256: string): Promise<void> {
  const present = await stat(target).catch(ignoreMissing);
  if (present === undefined) return await rename(temporary, target);
  if ((await sha256OfFile(target)) !== sha256) throw taken(key);
  await rm(temporary, { force: true });
}

function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
  throw error;
}
