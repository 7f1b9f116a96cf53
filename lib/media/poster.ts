import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

const TIME_LIMIT_MS = 30_000;

/**
 * A picture out of a clip, as WebP. Clips come in codecs that no package decodes everywhere, so that it takes the ffmpeg
 * of the machine.
 * @returns undefined where there is no ffmpeg, or it cannot read the clip
 */
export function posterOf(video: string, signal?: AbortSignal): Promise<Buffer | undefined> {
  // One at a time: a batch of clips must not fill the machine with decoders.
  const picture = last.then(() => takenBy(video, signal));
  last = picture.catch(() => undefined);
  return picture;
}

let last: Promise<unknown> = Promise.resolve();

async function takenBy(video: string, signal?: AbortSignal): Promise<Buffer | undefined> {
  signal?.throwIfAborted();
  const limit = AbortSignal.timeout(TIME_LIMIT_MS);
  const ffmpeg = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-protocol_whitelist', 'file,pipe', '-i', `file:${video}`],
      ...['-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) },
  );
  const failed = new Promise<undefined>((resolve) => ffmpeg.on('error', () => resolve(undefined)));
  const png = await Promise.race([buffer(ffmpeg.stdout).catch(() => undefined), failed]);
  signal?.throwIfAborted();
  return png === undefined || png.length === 0 ? undefined : await webpOf(png);
}

/** A picture of another kind as WebP. */
export async function webpOf(picture: Buffer): Promise<Buffer> {
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(picture);
  const canvas = createCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  return await canvas.encode('webp');
}
