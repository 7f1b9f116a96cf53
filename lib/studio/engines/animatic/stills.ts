import { createCanvas } from '@napi-rs/canvas';
import type { Painter } from './painter.ts';

const THUMBNAIL_LONG_SIDE = 640;
const CELL_LONG_SIDE = 320;
const CELLS_A_SIDE = 4;
/** Late enough that a reference image has given way to the scene. */
const TELLING_MOMENT = 0.45;

/** WebP of one frame from the middle of the clip. */
export function drawThumbnail(painter: Painter): Promise<Uint8Array> {
  const scale = THUMBNAIL_LONG_SIDE / Math.max(painter.width, painter.height);
  const frame = createCanvas(painter.width, painter.height);
  painter.paint(frame.getContext('2d'), Math.floor(painter.frames * TELLING_MOMENT));
  const canvas = createCanvas(Math.round(painter.width * scale), Math.round(painter.height * scale));
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(frame, 0, 0, canvas.width, canvas.height);
  return canvas.encode('webp', 84);
}

/** JPEG of sixteen frames, evenly spread from the first to the last, row by row. */
export function drawSpritesheet(painter: Painter): Promise<Uint8Array> {
  const scale = CELL_LONG_SIDE / Math.max(painter.width, painter.height);
  const width = Math.round(painter.width * scale);
  const height = Math.round(painter.height * scale);
  const frame = createCanvas(painter.width, painter.height);
  const canvas = createCanvas(width * CELLS_A_SIDE, height * CELLS_A_SIDE);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  const cells = CELLS_A_SIDE ** 2;
  for (let cell = 0; cell < cells; cell++) {
    painter.paint(frame.getContext('2d'), Math.round((cell * (painter.frames - 1)) / (cells - 1)));
    context.drawImage(frame, (cell % CELLS_A_SIDE) * width, Math.floor(cell / CELLS_A_SIDE) * height, width, height);
  }
  return canvas.encode('jpeg', 80);
}
