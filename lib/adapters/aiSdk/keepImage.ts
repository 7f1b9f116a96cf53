import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { VideoToolsetError } from '../../errors.ts';
import { sha256OfFile } from '../../media/hash.ts';
import { checkImage } from '../../media/image.ts';
import type { Workspace } from '../../workspace.ts';

/**
 * Puts an image into the workspace, under a name of its content: a request in the ledger names files, and whoever goes on
 * with it finds the image there.
 * @throws VideoToolsetError `invalid_media` for what is no whole PNG, JPEG or WebP, `file_exists` where that file was changed
 */
export async function keepImage(
  image: Uint8Array,
  { workspace, state }: { workspace: Workspace; state: string },
): Promise<{ path: string }> {
  const { mediaType } = await checkImage(Buffer.from(image));
  const sha256 = createHash('sha256').update(image).digest('hex');
  const name = `references/${sha256.slice(0, 16)}.${mediaType.slice('image/'.length)}`;
  await mkdir(state, { recursive: true, mode: 0o700 });
  const temporary = path.join(state, `${randomUUID()}.part`);
  try {
    await writeFile(temporary, image, { flag: 'wx', mode: 0o600, flush: true });
    await workspace.adopt(temporary, name);
  } catch (error) {
    if (!(error instanceof VideoToolsetError) || error.code !== 'file_exists') throw error;
    const present = await workspace.find(name);
    if ((await sha256OfFile(present.absolute)) !== sha256) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return { path: name };
}
