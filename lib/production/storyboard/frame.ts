import type { Clip } from '../../../types/ledger.ts';
import { VideoToolsetError } from '../../errors.ts';
import { lastFrame } from '../../media/lastFrame.ts';
import { isThere } from '../isThere.ts';
import type { ProductionServices } from '../services.ts';
import { bringFile, storeFile } from '../sharedFiles.ts';
import { clipFile } from './clipFile.ts';
import { folderOf } from './keep.ts';

/**
 * The last frame of a finished clip, as a PNG in the workspace. It is taken once and named by the clip's own bytes: whoever
 * asks again, after whatever end, gets the same picture, and so the same request.
 * @returns its path in the workspace
 * @throws VideoToolsetError `missing_package` without ffmpeg
 */
export async function lastFrameOf(
  clip: Clip,
  storyboard: string,
  services: ProductionServices,
  signal?: AbortSignal,
): Promise<string> {
  const { file } = clip;
  if (file === undefined) throw new VideoToolsetError('internal', `The clip ${clip.key} has no file.`);
  const name = `${folderOf(storyboard)}/frames/${file.sha256.slice(0, 16)}.png`;
  await bringFile(name, services);
  if (await isThere(name, services)) return name;
  const picture = await lastFrame(await clipFile(clip, services, signal), signal);
  await storeFile(name, picture, services);
  return name;
}
