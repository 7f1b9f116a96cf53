import { type Canvas, createCanvas } from '@napi-rs/canvas';

/** Darker towards the corners. A picture of its own, in pixels of the frame: copying it takes half the time of a gradient. */
export function createVignette(width: number, height: number): Canvas {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const reach = Math.hypot(width, height) / 2;
  const gradient = context.createRadialGradient(
    width / 2,
    height / 2,
    reach * 0.55,
    width / 2,
    height / 2,
    reach * 1.05,
  );
  gradient.addColorStop(0, 'rgba(5,6,15,0)');
  gradient.addColorStop(1, 'rgba(5,6,15,0.42)');
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  return canvas;
}
