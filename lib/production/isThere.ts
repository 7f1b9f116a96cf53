import { VideoToolsetError } from '../errors.ts';
import type { Workspace } from '../workspace.ts';

/** Does a file of that name lie in the workspace? */
export async function isThere(path: string, { workspace }: { workspace: Workspace }): Promise<boolean> {
  return await workspace.find(path).then(
    () => true,
    (error) => {
      if (error instanceof VideoToolsetError && error.code === 'file_not_found') return false;
      throw error;
    },
  );
}
