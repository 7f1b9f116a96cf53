import { readFile } from 'node:fs/promises';
import { type Image, loadImage, type SKRSContext2D } from '@napi-rs/canvas';
import { RenderError } from './renderError.ts';

/** How long a reference image stands before the drawn scene has taken its place. */
export const REFERENCE_SECONDS = 1.5;

export async function loadReference(path: string): Promise<Image> {
  const bytes = await readFile(path);
  try {
    return await loadImage(bytes);
  } catch (cause) {
    throw new RenderError('reference_unreadable', 'The reference image cannot be read: send a PNG, JPEG or WebP.', {
      cause,
    });
  }
}

/** Fills the frame with the image, opaque at first, moving closer while it gives way. Draws nothing once it has. */
export function paintReference(
  context: SKRSContext2D,
  image: Image,
  width: number,
  height: number,
  seconds: number,
): void {
  const progress = seconds / REFERENCE_SECONDS;
  if (progress >= 1) return;
  const scale = Math.max(width / image.width, height / image.height) * (1 + 0.06 * progress);
  context.globalAlpha = 1 - progress * progress * (3 - 2 * progress);
  context.drawImage(
    image,
    (width - image.width * scale) / 2,
    (height - image.height * scale) / 2,
    image.width * scale,
    image.height * scale,
  );
  context.globalAlpha = 1;
}
