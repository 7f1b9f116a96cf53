import './everyAnswer.ts';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assertNoKeyInFiles } from './key.ts';

export type TemporaryFolder = { path: string } & AsyncDisposable;

export interface TemporaryFolderOptions {
  /** Files, by their path in the folder, that a test itself writes the key into. @default none */
  mayHoldKey?: readonly string[];
}

/** A folder that is gone when the test is over; no file in it may hold the key. */
export async function temporaryFolder({ mayHoldKey = [] }: TemporaryFolderOptions = {}): Promise<TemporaryFolder> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'video-toolset-')));
  return {
    path: folder,
    async [Symbol.asyncDispose]() {
      try {
        assertNoKeyInFiles(folder, mayHoldKey);
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
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
      try {
        assertNoKeyInFiles(disk);
      } finally {
        spawnSync('umount', ['-l', disk]);
        await folder[Symbol.asyncDispose]();
      }
    },
  };
}

export const NEEDS_ROOT = 'mounting a small disk needs root';
