import { darken, lighten, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

export function createDeepWater(stage: Stage): Layer {
  const { width, height, palette } = stage;
  return {
    depth: 0,
    paint(context) {
      const gradient = context.createLinearGradient(0, 0, 0, height);
      gradient.addColorStop(0, lighten(mix(palette.middle, palette.horizon, 0.4), 0.1));
      gradient.addColorStop(0.45, mix(palette.middle, '#0f5f86', 0.35));
      gradient.addColorStop(1, darken(mix(palette.near, '#062a45', 0.5), 0.25));
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, -MARGIN, width + MARGIN * 2, height + MARGIN * 2);
    },
  };
}

/** Weed and coral that sway on the sea bed. */
export function createReef(
  stage: Stage,
  options: { depth: number; base: number; size: number; colours: readonly string[]; key: number },
): Layer {
  const { width, seed } = stage;
  const { depth, base, size, key } = options;
  const spacing = size * 0.55;
  return {
    depth,
    paint(context, { seconds, x }) {
      const offset = x * depth;
      for (
        let cell = Math.floor((offset - MARGIN - size) / spacing);
        cell <= (offset + width + MARGIN + size) / spacing;
        cell++
      ) {
        const chance = hash(seed, key, cell, 1);
        const at = (cell + hash(seed, key, cell, 2)) * spacing - offset;
        const tall = size * between(0.4, 1.1, hash(seed, key, cell, 3));
        context.fillStyle = options.colours[Math.floor(chance * options.colours.length)] ?? '#1f6a6a';
        context.beginPath();
        for (let frond = -2; frond <= 2; frond++) {
          const sway = Math.sin(seconds * 1.1 + cell + frond * 0.6) * tall * 0.13;
          const tipX = at + frond * tall * (chance < 0.5 ? 0.08 : 0.22) + sway;
          const tipY = base - tall * (1 - Math.abs(frond) * 0.16);
          const wide = tall * (chance < 0.5 ? 0.06 : 0.045);
          context.moveTo(at + frond * wide - wide, base + 40);
          context.bezierCurveTo(
            at - wide + frond * wide,
            base - tall * 0.4,
            tipX - sway - wide * 2,
            tipY + tall * 0.3,
            tipX,
            tipY,
          );
          context.bezierCurveTo(
            tipX - sway + wide * 2,
            tipY + tall * 0.3,
            at + wide + frond * wide,
            base - tall * 0.4,
            at + frond * wide + wide,
            base + 40,
          );
        }
        context.fill();
      }
    },
  };
}
