import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

const TIME_LIMIT_MS = 30_000;
/** More than 8K video has; a picture may claim any size. */
const MOST_PIXELS = 50_000_000;
const MOST_WIDTH = 1_280;

const CELLS_A_SIDE = 4;
const CELL_LONG_SIDE = 320;

/**
 * A picture as WebP, out of a clip (its path) or another kind of picture (its bytes). Clips come in codecs that no package
 * decodes everywhere, and foreign bytes are decoded in no process of ours: it takes the ffmpeg of the machine.
 * @param atSecond of the clip @default 0
 * @returns undefined where there is no ffmpeg, or it cannot read what it was given
 */
export function posterOf(source: string | Buffer, signal?: AbortSignal, atSecond = 0): Promise<Buffer | undefined> {
  return inTurn(async () => {
    const filter = `scale='min(${MOST_WIDTH},iw)':-2`;
    const png = await takenBy(source, { filter, codec: 'png', atSecond }, signal);
    return png === undefined ? undefined : await webpOf(png);
  });
}

/**
 * Sixteen frames of a clip in one JPEG, evenly spread, row by row.
 * @returns undefined where there is no ffmpeg, or it cannot read the clip
 */
export function spritesheetOf(clip: string, seconds: number, signal?: AbortSignal): Promise<Buffer | undefined> {
  const side = CELL_LONG_SIDE;
  const filter =
    `fps=${CELLS_A_SIDE ** 2}/${seconds},scale=${side}:${side}:force_original_aspect_ratio=decrease,` +
    `tile=${CELLS_A_SIDE}x${CELLS_A_SIDE}`;
  return inTurn(() => takenBy(clip, { filter, codec: 'mjpeg' }, signal));
}

/** One at a time: a batch of clips must not fill the machine with decoders. */
function inTurn(take: () => Promise<Buffer | undefined>): Promise<Buffer | undefined> {
  const picture = last.then(take);
  last = picture.catch(() => undefined);
  return picture;
}

let last: Promise<unknown> = Promise.resolve();

async function takenBy(
  source: string | Buffer,
  { filter, codec, atSecond = 0 }: { filter: string; codec: 'png' | 'mjpeg'; atSecond?: number },
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  signal?.throwIfAborted();
  const limit = AbortSignal.timeout(TIME_LIMIT_MS);
  const ffmpeg = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-max_pixels', String(MOST_PIXELS), '-protocol_whitelist', 'file,pipe'],
      ...(atSecond > 0 ? ['-ss', String(atSecond)] : []),
      ...['-i', typeof source === 'string' ? `file:${source}` : 'pipe:0', '-frames:v', '1'],
      ...['-vf', filter, '-f', 'image2pipe', '-c:v', codec, 'pipe:1'],
    ],
    { stdio: ['pipe', 'pipe', 'ignore'], signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) },
  );
  ffmpeg.stdin.on('error', () => undefined).end(typeof source === 'string' ? undefined : source);
  const failed = new Promise<undefined>((resolve) => ffmpeg.on('error', () => resolve(undefined)));
  const picture = await Promise.race([buffer(ffmpeg.stdout).catch(() => undefined), failed]);
  signal?.throwIfAborted();
  return picture === undefined || picture.length === 0 ? undefined : picture;
}

async function webpOf(png: Buffer): Promise<Buffer> {
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  return await canvas.encode('webp');
}
