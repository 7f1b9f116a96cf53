import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { syncFile, type Workspace, type WorkspaceFile } from '../../workspace.ts';

const PARTS = /^\.storyboard-[0-9a-f-]{36}$/;
const OLD_MS = 24 * 60 * 60 * 1_000;

/** Where the files of a storyboard lie in the workspace, beside its clips. */
export function folderOf(storyboard: string): string {
  return `storyboards/${storyboard}`;
}

/**
 * Writes a file of the workspace: whole under its name, or not at all.
 * @param write writes it where nobody looks for it, in a folder that is gone afterwards
 * @throws VideoToolsetError `file_exists` where the name is taken and `overwrite` is not set
 */
export async function keep(
  name: string,
  write: (location: string, folder: string) => Promise<unknown>,
  workspace: Workspace,
  options: { overwrite?: boolean } = {},
): Promise<WorkspaceFile> {
  await workspace.requireWritable();
  // Beside its place: another file system may be too small for a film.
  const folder = path.join(workspace.root, `.storyboard-${randomUUID()}`);
  await mkdir(folder);
  try {
    const location = path.join(folder, path.basename(name));
    await write(location, folder);
    await syncFile(location);
    return await workspace.adopt(location, name, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes away what programs left that were killed while they wrote. */
export async function sweepParts({ root }: Workspace): Promise<void> {
  for (const name of await readdir(root).catch(() => [])) {
    if (!PARTS.test(name)) continue;
    const folder = path.join(root, name);
    const isOld = Date.now() - (await stat(folder).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs > OLD_MS;
    if (isOld) await rm(folder, { recursive: true, force: true });
  }
}
