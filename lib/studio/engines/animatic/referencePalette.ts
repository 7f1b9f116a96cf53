import { createCanvas, type Image } from '@napi-rs/canvas';
import { brightness, darken, fromRgb, mix } from './colour.ts';

const CELLS = 12;
/** How far the scene's own colours give way. */
const SHARE = 0.65;

/** The recipe's palette, moved towards what the image shows at the same heights. */
export function paletteOfReference(image: Image, palette: readonly string[]): string[] {
  const canvas = createCanvas(CELLS, CELLS);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, CELLS, CELLS);
  const { data } = context.getImageData(0, 0, CELLS, CELLS);
  const rows = (from: number, to: number) => average(data, from * CELLS, to * CELLS);
  const bottom = rows(8, 12);
  const seen = [rows(0, 3), rows(3, 6), rows(5, 8), rows(7, 10), darken(bottom, brightness(bottom) > 0.4 ? 0.5 : 0.2)];
  return palette.map((colour, index) => {
    const other = seen[index];
    return other ? mix(colour, other, SHARE) : colour;
  });
}

function average(data: Uint8ClampedArray, from: number, to: number): string {
  const sum: [number, number, number] = [0, 0, 0];
  for (let pixel = from; pixel < to; pixel++) {
    sum[0] += data[pixel * 4] ?? 0;
    sum[1] += data[pixel * 4 + 1] ?? 0;
    sum[2] += data[pixel * 4 + 2] ?? 0;
  }
  const count = to - from;
  return fromRgb(sum[0] / count, sum[1] / count, sum[2] / count);
}
