import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export type TemporaryFolder = { path: string } & AsyncDisposable;

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'video-toolset-')));
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A file system of its own, unmounted when the test is over; undefined where that is not allowed (it needs root). */
export async function temporaryDisk(options = 'size=256k'): Promise<TemporaryFolder | undefined> {
  const folder = await temporaryFolder();
  const disk = path.join(folder.path, 'disk');
  await mkdir(disk);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
  if (status !== 0) {
    await folder[Symbol.asyncDispose]();
    return undefined;
  }
  return {
    path: disk,
    async [Symbol.asyncDispose]() {
      spawnSync('umount', ['-l', disk]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

export const NEEDS_ROOT = 'mounting a small disk needs root';
