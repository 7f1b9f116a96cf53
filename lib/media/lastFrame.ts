import { INPUT, runFfmpeg } from './ffmpeg.ts';

/** How much of the end is decoded, in seconds; where it holds no picture, such as under a longer sound track, all is. */
const END_SECONDS = 1;

/** The last picture of a clip, as a PNG of its full size. @throws VideoToolsetError `missing_package`, `invalid_media` */
export async function lastFrame(path: string, signal?: AbortSignal): Promise<Buffer> {
  const output = ['-an', '-sn', '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'];
  const input = [...INPUT, '-i', `file:${path}`];
  const seek = ['-sseof', String(-END_SECONDS)];
  const end = await runFfmpeg([...seek, ...input, '-vf', 'reverse', '-frames:v', '1', ...output], signal);
  if (end.length > 0) return end;
  return lastPng(await runFfmpeg([...input, ...output], signal));
}

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

function lastPng(pictures: Buffer): Buffer {
  return pictures.subarray(Math.max(0, pictures.lastIndexOf(PNG)));
}
