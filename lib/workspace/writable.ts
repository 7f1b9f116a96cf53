import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemCode, VideoToolsetError } from '../errors.ts';

const UNWRITABLE: Record<string, string> = {
  EEXIST: 'something that is not a folder stands in its place',
  ENOENT: 'its folder cannot be made',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'this program has no right to',
  EPERM: 'this program has no right to',
  EROFS: 'its disk is read-only',
};

/** @throws VideoToolsetError `storage_failed` */
export async function makeRoot(root: string): Promise<void> {
  await makeFolder(root).catch((error) => {
    throw unwritable(error);
  });
}

/** Node's own recursive `mkdir` never comes back from a parent that takes no folders, such as /proc. */
async function makeFolder(folder: string): Promise<void> {
  const make = () =>
    mkdir(folder).catch(async (error) => {
      const present = await stat(folder).catch(() => undefined);
      if (present?.isDirectory() !== true) throw error;
    });
  await make().catch(async (error) => {
    if (systemCode(error) !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await make();
  });
}

/** @throws VideoToolsetError `storage_failed`; the system's error for a full disk */
export async function tryToWrite(root: string): Promise<void> {
  await makeRoot(root);
  const probe = path.join(root, `.${randomUUID()}.part`);
  try {
    await writeFile(probe, 'x', { flag: 'wx' });
  } catch (error) {
    throw unwritable(error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

function unwritable(error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined || code === 'ENOSPC' || code === 'EDQUOT') return error;
  const reason = UNWRITABLE[code] ?? 'the system refuses it';
  return new VideoToolsetError('storage_failed', `The workspace cannot be written to: ${reason} (${code}).`, {
    cause: error,
    next_step: 'Set VIDEO_WORKSPACE (option workspace) to a folder that can be written to, or mend that folder.',
  });
}
