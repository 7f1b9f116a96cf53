import { createLocalCdn } from '../../lib/cdn/local.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { cdnContract } from './contract.ts';
import { folderPlace } from './folderPlace.ts';

cdnContract('local', async () => {
  const folder = await temporaryFolder();
  return folderPlace(
    folder.path,
    () => createLocalCdn({ folder: folder.path }),
    async () => await folder[Symbol.asyncDispose](),
  );
});
