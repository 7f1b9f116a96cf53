import { writeFile } from 'node:fs/promises';
import type { Clip } from '../../../types/ledger.ts';
import { VideoToolsetError } from '../../errors.ts';
import { lastFrame } from '../../media/lastFrame.ts';
import { isThere, jobOf } from '../advance.ts';
import type { ProductionServices } from '../services.ts';
import { folderOf, keep } from './keep.ts';

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
  const { workspace } = services;
  const { file } = clip;
  if (file === undefined) throw new VideoToolsetError('internal', `The clip ${clip.key} has no file.`);
  const name = `${folderOf(storyboard)}/frames/${file.sha256.slice(0, 16)}.png`;
  if (await isThere(name, services)) return name;
  const source = (await isThere(file.path, services))
    ? file.path
    : (await (await services.api()).download(jobOf(clip), { signal })).path;
  const picture = await lastFrame((await workspace.find(source)).absolute, signal);
  await keep(name, (location) => writeFile(location, picture), workspace).catch(whereTaken);
  return name;
}

/** Another process was first: its picture is the one. */
function whereTaken(error: unknown): void {
  if (!(error instanceof VideoToolsetError) || error.code !== 'file_exists') throw error;
}
