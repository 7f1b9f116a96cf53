import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Video } from '../../types/video.ts';

const LONGEST_LIFE_MS = 30 * 24 * 60 * 60 * 1_000;

/**
 * Answers that held a finished clip at once, for servers that know no job of it afterwards: another process could not ask
 * for it again.
 */
export function openAnswers(folder: string, serverName: string) {
  const fileOf = (id: string) => {
    const name = createHash('sha256')
      .update(JSON.stringify([serverName, id]))
      .digest('hex')
      .slice(0, 24);
    return path.join(folder, `${name}.json`);
  };
  return {
    async save(video: Video): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await dropOld(folder);
      const file = fileOf(video.id);
      await writeFile(`${file}.part`, JSON.stringify(video), { flush: true, mode: 0o600 });
      await rename(`${file}.part`, file);
    },
    async find(id: string): Promise<Video | undefined> {
      const text = await readFile(fileOf(id), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : JSON.parse(text);
    },
    forget: (id: string): Promise<void> => rm(fileOf(id), { force: true }),
  };
}

async function dropOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const age = Date.now() - ((await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > LONGEST_LIFE_MS) await rm(file, { force: true });
  }
}
