import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

const TIME_LIMIT_MS = 30_000;
/** More than 8K video has; a picture may claim any size. */
const MOST_PIXELS = 50_000_000;
const MOST_WIDTH = 1_280;

/**
 * A picture as WebP, out of a clip (its path) or another kind of picture (its bytes). Clips come in codecs that no package
 * decodes everywhere, and foreign bytes are decoded in no process of ours: it takes the ffmpeg of the machine.
 * @param atSecond of the clip @default 0
 * @returns undefined where there is no ffmpeg, or it cannot read what it was given
 */
export function posterOf(source: string | Buffer, signal?: AbortSignal, atSecond = 0): Promise<Buffer | undefined> {
  // One at a time: a batch of clips must not fill the machine with decoders.
  const picture = last.then(() => takenBy(source, signal, atSecond));
  last = picture.catch(() => undefined);
  return picture;
}

let last: Promise<unknown> = Promise.resolve();

async function takenBy(
  source: string | Buffer,
  signal: AbortSignal | undefined,
  atSecond: number,
): Promise<Buffer | undefined> {
  signal?.throwIfAborted();
  const limit = AbortSignal.timeout(TIME_LIMIT_MS);
  const ffmpeg = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-max_pixels', String(MOST_PIXELS), '-protocol_whitelist', 'file,pipe'],
      ...(atSecond > 0 ? ['-ss', String(atSecond)] : []),
      ...['-i', typeof source === 'string' ? `file:${source}` : 'pipe:0', '-frames:v', '1'],
      ...['-vf', `scale='min(${MOST_WIDTH},iw)':-2`, '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'],
    ],
    { stdio: ['pipe', 'pipe', 'ignore'], signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) },
  );
  ffmpeg.stdin.on('error', () => undefined).end(typeof source === 'string' ? undefined : source);
  const failed = new Promise<undefined>((resolve) => ffmpeg.on('error', () => resolve(undefined)));
  const png = await Promise.race([buffer(ffmpeg.stdout).catch(() => undefined), failed]);
  signal?.throwIfAborted();
  return png === undefined || png.length === 0 ? undefined : await webpOf(png);
}

async function webpOf(png: Buffer): Promise<Buffer> {
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  return await canvas.encode('webp');
}
