import { VideoToolsetError } from '../errors.ts';
import { checkImage } from './image.ts';
import { orientationOf } from './orientation.ts';

/** 8K video has 33 million. A canvas takes four bytes for each, and fails far beyond. */
const MOST_PIXELS = 36_000_000;

/** How a picture is brought to another shape: `cover` crops, `contain` adds bars, `stretch` distorts, `none` leaves it. */
export type Fit = 'cover' | 'contain' | 'stretch' | 'none';

export interface FittedImage {
  /** A PNG; absent where the picture can go as it is. */
  bytes?: Buffer;
  /** What was done, or what does not match; reads on after the picture's name. */
  notice?: string;
}

/**
 * Brings a picture to exactly the wanted size, turned upright.
 * @throws VideoToolsetError `invalid_media` where it is no whole PNG, JPEG or WebP; `invalid_argument` where the size is
 * larger than any video's
 */
export async function fitImage(
  bytes: Buffer,
  target: { width: number; height: number } | undefined,
  fit: Fit,
): Promise<FittedImage> {
  // The decoder has turned the picture upright already; a server may not.
  const { width, height } = await checkImage(bytes);
  const isTurned = orientationOf(bytes) !== 1;
  const to = target ?? { width, height };
  const matches = width === to.width && height === to.height;
  if (matches && !isTurned) return {};
  if (fit === 'none')
    return matches ? {} : { notice: `is ${width}x${height}, not ${to.width}x${to.height}, and was sent as it is` };

  if (target !== undefined && to.width * to.height > MOST_PIXELS) throw tooLarge(target);

  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const canvas = createCanvas(to.width, to.height);
  const context = canvas.getContext('2d');
  const [scaleX, scaleY] = scales(to.width / width, to.height / height, fit);
  const [drawnWidth, drawnHeight] = [width * scaleX, height * scaleY];
  context.imageSmoothingQuality = 'high';
  context.fillStyle = '#000';
  context.fillRect(0, 0, to.width, to.height);
  context.drawImage(
    await loadImage(bytes),
    (to.width - drawnWidth) / 2,
    (to.height - drawnHeight) / 2,
    drawnWidth,
    drawnHeight,
  );
  const done = matches
    ? 'was turned upright'
    : `was brought from ${width}x${height} to ${to.width}x${to.height} (${fit})`;
  return { bytes: await canvas.encode('png'), notice: done };
}

function tooLarge({ width, height }: { width: number; height: number }): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `No image is brought to ${width}x${height}: nothing was sent.`, {
    next_step: 'Choose a size that videos have, or fit none.',
  });
}

function scales(x: number, y: number, fit: Fit): [number, number] {
  if (fit === 'stretch') return [x, y];
  const scale = fit === 'cover' ? Math.max(x, y) : Math.min(x, y);
  return [scale, scale];
}
