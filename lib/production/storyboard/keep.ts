import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { syncFile, type Workspace, type WorkspaceFile } from '../../workspace.ts';

/** Where the files of a storyboard lie in the workspace, beside its clips. */
export function folderOf(storyboard: string): string {
  return `storyboards/${storyboard}`;
}

/**
 * Writes a file of the workspace: whole under its name, or not at all.
 * @param write writes it to a place where nobody looks for it
 * @throws VideoToolsetError `file_exists` where the name is taken and `overwrite` is not set
 */
export async function keep(
  name: string,
  write: (location: string) => Promise<unknown>,
  workspace: Workspace,
  options: { overwrite?: boolean } = {},
): Promise<WorkspaceFile> {
  await workspace.requireWritable();
  // Beside its place: another file system may be too small for a film.
  const location = path.join(workspace.root, `.${randomUUID()}.part`);
  try {
    await write(location);
    await syncFile(location);
    return await workspace.adopt(location, name, options);
  } finally {
    await rm(location, { force: true });
  }
}
