import { alpha, darken, mix } from '../colour.ts';
import { between, hash, pick } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

interface SkylineOptions {
  depth: number;
  base: number;
  height: number;
  /** Mean width of a building. */
  block: number;
  colour: string;
  key: number;
  /** Draws windows, lit after dark, of this size. */
  window?: number;
  /** Draws glowing signs. */
  signs?: boolean;
}

const SIGN_COLOURS = ['#ff3d9a', '#21e0ff', '#ffd23d', '#8f6bff', '#3dffb0'] as const;

/** Rows of houses that go on for ever. */
export function createSkyline(stage: Stage, options: SkylineOptions): Layer {
  const { depth, base, block, key } = options;
  const { seed, scene, palette } = stage;
  const evening = scene.time === 'night' || scene.time === 'dusk';
  const glass = evening ? '#ffd98a' : mix(options.colour, palette.horizon, 0.35);
  const foot = mix(options.colour, palette.horizon, 0.25);
  return {
    depth,
    paint(context, { seconds, x }) {
      const offset = x * depth;
      const gradient = context.createLinearGradient(0, base - options.height, 0, base + 40);
      gradient.addColorStop(0, options.colour);
      gradient.addColorStop(1, foot);
      const windows: [number, number][] = [];
      const signs: { x: number; y: number; width: number; height: number; colour: string; cell: number }[] = [];
      context.fillStyle = gradient;
      context.beginPath();
      const last = Math.ceil((offset + stage.width + MARGIN) / block) + 1;
      for (let cell = Math.floor((offset - MARGIN) / block) - 1; cell <= last; cell++) {
        const chance = (part: number) => hash(seed, key, cell, part);
        const width = block * between(0.75, 1.12, chance(1));
        const height = options.height * between(0.4, 1, chance(2) ** 1.4);
        const left = cell * block - offset;
        const top = base - height;
        context.rect(left, top, width, height + MARGIN + stage.height);
        if (chance(3) < 0.35) context.rect(left + width * 0.3, top - height * 0.08, width * 0.4, height * 0.09);
        if (chance(3) > 0.8) context.rect(left + width * 0.5, top - height * 0.22, block * 0.02, height * 0.23);
        if (options.window) {
          const pitch = options.window * 2.3;
          for (let row = 0; row * pitch * 1.2 < height - pitch; row++) {
            for (let column = 0; (column + 1) * pitch < width - options.window * 0.6; column++) {
              if (hash(seed, key, cell, 100 + row * 40 + column) > (evening ? 0.42 : 0.8)) continue;
              windows.push([left + (column + 0.55) * pitch, top + (row + 0.6) * pitch * 1.2]);
            }
          }
        }
        if (options.signs && chance(5) < 0.75) {
          const tall = chance(6) < 0.6;
          signs.push({
            x: left + width * between(0.1, 0.6, chance(7)),
            y: base - height * between(0.25, 0.6, chance(8)),
            width: block * (tall ? 0.12 : 0.36),
            height: block * (tall ? 0.5 : 0.14),
            colour: pick(SIGN_COLOURS, chance(9)),
            cell,
          });
        }
      }
      context.fill();
      const size = options.window ?? 0;
      context.fillStyle = alpha(glass, evening ? 0.85 : 0.5);
      context.beginPath();
      for (const [left, top] of windows) context.rect(left, top, size, size * 1.35);
      context.fill();
      for (const sign of signs) {
        const flicker = 0.82 + 0.18 * Math.sin(seconds * between(2, 7, hash(seed, key, sign.cell, 10)) + sign.cell);
        const [midX, midY] = [sign.x + sign.width / 2, sign.y + sign.height / 2];
        const reach = Math.max(sign.width, sign.height) * 1.3;
        const glow = context.createRadialGradient(midX, midY, 0, midX, midY, reach);
        glow.addColorStop(0, alpha(sign.colour, 0.5 * flicker));
        glow.addColorStop(1, alpha(sign.colour, 0));
        context.fillStyle = glow;
        context.fillRect(midX - reach, midY - reach, reach * 2, reach * 2);
        context.fillStyle = darken(sign.colour, 0.72);
        context.fillRect(sign.x, sign.y, sign.width, sign.height);
        context.strokeStyle = alpha(sign.colour, flicker);
        context.lineWidth = 2.5;
        context.strokeRect(sign.x + 3, sign.y + 3, sign.width - 6, sign.height - 6);
        context.fillStyle = alpha(sign.colour, flicker);
        const along = Math.max(sign.width, sign.height);
        for (let mark = 1; mark <= 3; mark++) {
          const at = (along * mark) / 4;
          if (sign.height > sign.width)
            context.fillRect(sign.x + sign.width * 0.28, sign.y + at - 4, sign.width * 0.44, 6);
          else context.fillRect(sign.x + at - 5, sign.y + sign.height * 0.3, 8, sign.height * 0.4);
        }
      }
    },
  };
}
