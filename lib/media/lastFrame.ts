import path from 'node:path';
import { VideoToolsetError } from '../errors.ts';
import { clipFacts } from './clipFacts.ts';
import { INPUT, runFfmpeg } from './ffmpeg.ts';

/** How much of the end is decoded, in seconds; all of it is in memory at once. */
const END_SECONDS = 1;

/** The last picture of a clip, as a PNG of its full size. @throws VideoToolsetError `missing_package`, `invalid_media` */
export async function lastFrame(clip: string, signal?: AbortSignal): Promise<Buffer> {
  const lastFrom = async (place: readonly string[]) => {
    const picture = ['-vf', 'reverse', '-frames:v', '1', '-an', '-sn', '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'];
    return await runFfmpeg([...place, ...INPUT, '-i', `file:${clip}`, ...picture], signal);
  };
  const end = await lastFrom(['-sseof', String(-END_SECONDS)]);
  if (end.length > 0) return end;
  // The pictures end before the clip does, such as under a longer sound track.
  const name = path.basename(clip);
  const { to, fps } = await clipFacts(clip, name);
  const last = await lastFrom(['-ss', String(Math.max(0, to - Math.max(END_SECONDS, 2 / fps)))]);
  if (last.length > 0) return last;
  throw new VideoToolsetError('invalid_media', `The clip ${name} has no last picture.`);
}
