import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CdnDriver } from '../../types/cdn.ts';
import type { CdnPlace } from './contract.ts';

/** A place that is a folder of this machine, whoever serves it. */
export function folderPlace(
  folder: string,
  driver: () => CdnDriver,
  end: () => Promise<void> = async () => undefined,
): CdnPlace {
  const fileOf = (key: string) => path.join(folder, ...key.split('/'));
  return {
    driver,
    stored: () => filesBelow(folder),
    read: (key) => readFile(fileOf(key)),
    async overwrite(key, bytes) {
      mkdirSync(path.dirname(fileOf(key)), { recursive: true });
      writeFileSync(fileOf(key), bytes);
      // Whose the place is, that one owns what lies there.
      const { uid, gid } = statSync(folder);
      for (const made of [path.dirname(fileOf(key)), fileOf(key)]) chownSync(made, uid, gid);
    },
    [Symbol.asyncDispose]: end,
  };
}

/** Files by their keys, hidden ones too, in order. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
