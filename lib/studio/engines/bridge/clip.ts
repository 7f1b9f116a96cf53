import { isWholeMp4 } from '../../../media/mp4.ts';
import { mediaTypeOfFile } from '../../../media/sniff.ts';
import type { RemoteTask } from '../engine.ts';

/** @throws Error where a file is not a clip, or not all of it */
export async function requireClip(file: string, { tell }: Pick<RemoteTask, 'tell'>): Promise<void> {
  const type = await mediaTypeOfFile(file);
  if (!type.startsWith('video/')) throw new Error(`what was fetched is ${type} and no video`);
  if (type === 'video/mp4' && !(await isWholeMp4(file))) throw new Error('the clip was cut off');
  if (type !== 'video/mp4') await tell({ notes: [`The clip is ${type}, whatever its name says.`] });
}
