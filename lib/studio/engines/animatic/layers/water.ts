import { alpha, darken, lighten, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

const ROWS = 24;

/** Open water up to the horizon, with the light of the sky on it. */
export function createWater(stage: Stage, top: number): Layer {
  const { width, height, palette, scene, seed, sun } = stage;
  const surface = mix(palette.middle, palette.horizon, 0.45);
  const deep = darken(mix(palette.middle, palette.near, 0.7), 0.12);
  const shine = lighten(palette.horizon, stage.dark ? 0.25 : 0.45);
  const bottom = height + MARGIN;
  const rough = 1 + scene.weather.wind * 0.8 + scene.weather.lightning;
  return {
    depth: 0.5,
    paint(context, { seconds, x }) {
      const gradient = context.createLinearGradient(0, top, 0, height);
      gradient.addColorStop(0, surface);
      gradient.addColorStop(0.25, palette.middle);
      gradient.addColorStop(1, deep);
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, top, width + MARGIN * 2, bottom - top);
      // Rows of short waves: small and dense far away, long and sparse near by.
      for (let row = 0; row < ROWS; row++) {
        const near = (row + 0.5) / ROWS;
        const y = top + 3 + (bottom - top) * near ** 1.8;
        const length = between(10, 120, near ** 1.2);
        const pitch = length * between(2.1, 2.9, hash(seed, 21, row));
        const offset = x * between(0.12, 1.25, near) + seconds * between(4, 26, near) * (row % 2 ? 1 : -0.7);
        const lift = Math.sin(seconds * 1.3 + row * 1.7) * between(0.5, 5, near) * rough;
        const bright = row % 3 !== 0;
        context.strokeStyle = bright ? alpha(shine, between(0.34, 0.16, near)) : alpha(deep, 0.3);
        context.lineWidth = between(1, 4.2, near);
        context.beginPath();
        for (let cell = Math.floor((offset - MARGIN) / pitch) - 1; cell * pitch < offset + width + MARGIN; cell++) {
          const at = (cell + hash(seed, 22, row, cell)) * pitch - offset;
          const long = length * between(0.4, 1, hash(seed, 23, row, cell));
          const swell = Math.sin(seconds * 1.6 + cell * 2.4) * between(0.4, 3, near) * rough;
          context.moveTo(at, y + lift + swell);
          context.quadraticCurveTo(at + long / 2, y + lift + swell - long * 0.06 * rough, at + long, y + lift + swell);
        }
        context.stroke();
      }
      if (scene.weather.clouds > 0.85) return;
      context.fillStyle = alpha(lighten(shine, 0.3), 0.5);
      context.beginPath();
      for (let row = 0; row < ROWS; row++) {
        const near = (row + 0.5) / ROWS;
        const y = top + 2 + (bottom - top) * near ** 1.6;
        const spread = between(20, 90, near);
        for (let glint = 0; glint < 2; glint++) {
          const wobble = Math.sin(seconds * between(1, 2.4, hash(seed, 24, row, glint)) + row * 1.3 + glint * 2);
          const long = between(12, 74, near) * (0.55 + 0.45 * wobble);
          if (long > 6)
            context.rect(sun.x + wobble * spread * (glint - 0.3) - long / 2, y, long, between(1.2, 3.6, near));
        }
      }
      context.fill();
    },
  };
}

/** The swell in front of what floats. */
export function createSwell(
  stage: Stage,
  options: { depth: number; base: number; height: number; key: number; opacity: number },
): Layer {
  const { palette, scene, width, height } = stage;
  const rough = 1 + scene.weather.lightning * 1.6 + scene.weather.wind * 0.5;
  const colour = darken(mix(palette.middle, palette.near, 0.6), 0.05);
  return {
    depth: options.depth,
    paint(context, { seconds, x }) {
      const offset = x * options.depth + seconds * 22;
      const line = (at: number) =>
        options.base -
        options.height *
          rough *
          (0.55 * Math.sin(at / 88 + options.key) +
            0.3 * Math.sin(at / 37 + seconds * 1.1) +
            0.15 * Math.sin(at / 19 - seconds));
      context.beginPath();
      context.moveTo(-MARGIN, height + MARGIN);
      for (let at = -MARGIN; at <= width + MARGIN; at += 10) context.lineTo(at, line(at + offset));
      context.lineTo(width + MARGIN, height + MARGIN);
      const gradient = context.createLinearGradient(0, options.base - options.height, 0, options.base + 150);
      gradient.addColorStop(0, alpha(mix(colour, palette.horizon, 0.25), options.opacity));
      gradient.addColorStop(1, alpha(colour, Math.min(1, options.opacity + 0.2)));
      context.fillStyle = gradient;
      context.fill();
      context.beginPath();
      for (let at = -MARGIN; at <= width + MARGIN; at += 10) context.lineTo(at, line(at + offset));
      context.strokeStyle = alpha(lighten(palette.horizon, 0.4), 0.35 * options.opacity + 0.1);
      context.lineWidth = 2.2;
      context.stroke();
    },
  };
}
