import { alpha, lighten } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

/** A band of mist that the wind moves. */
export function createMist(
  stage: Stage,
  options: { depth: number; y: number; height: number; opacity: number; key: number },
): Layer {
  const { width, palette } = stage;
  const colour = lighten(palette.horizon, stage.dark ? 0.05 : 0.3);
  return {
    depth: options.depth,
    paint(context, { seconds }) {
      const y = options.y + Math.sin(seconds * 0.3 + options.key) * 8;
      const gradient = context.createLinearGradient(0, y - options.height / 2, 0, y + options.height / 2);
      gradient.addColorStop(0, alpha(colour, 0));
      gradient.addColorStop(
        0.5,
        alpha(colour, options.opacity * (0.85 + 0.15 * Math.sin(seconds * 0.5 + options.key * 2))),
      );
      gradient.addColorStop(1, alpha(colour, 0));
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, y - options.height / 2, width + MARGIN * 2, options.height);
    },
  };
}

const STRIKE_EVERY_SECONDS = 3.1;

/** A bolt and its light about every three seconds: never so often or so bright that it could harm. */
export function createLightning(stage: Stage): Layer {
  const { width, horizon, seed } = stage;
  return {
    depth: 0.05,
    paint(context, { seconds }) {
      const strike = Math.floor(seconds / STRIKE_EVERY_SECONDS);
      const age = seconds - strike * STRIKE_EVERY_SECONDS - between(0.5, 1.6, hash(seed, 71, strike));
      if (age < 0 || age > 0.7) return;
      const power = (1 - age / 0.7) ** 2;
      context.fillStyle = alpha('#dfe8ff', 0.3 * power);
      context.fillRect(-MARGIN, -MARGIN, width + MARGIN * 2, stage.height + MARGIN * 2);
      if (age > 0.34) return;
      const start = width * between(0.15, 0.85, hash(seed, 72, strike));
      for (const [lineWidth, opacity] of [
        [11, 0.22],
        [3.2, 0.95],
      ] as const) {
        context.strokeStyle = alpha('#f4f6ff', opacity * power);
        context.lineWidth = lineWidth;
        context.lineJoin = 'round';
        context.beginPath();
        let x = start;
        context.moveTo(x, -MARGIN);
        for (let step = 1; step <= 12; step++) {
          x += (hash(seed, 73, strike, step) - 0.5) * 60;
          const y = (horizon * step) / 12;
          context.lineTo(x, y);
          if (hash(seed, 74, strike, step) < 0.72) continue;
          context.lineTo(x + (hash(seed, 75, strike, step) - 0.5) * 150, y + 60);
          context.moveTo(x, y);
        }
        context.stroke();
      }
    },
  };
}

/** Beams of light from above, for water and rooms. */
export function createBeams(
  stage: Stage,
  options: { from: number; count: number; colour: string; opacity: number; lean: number; bottom: number },
): Layer {
  const { seed } = stage;
  return {
    depth: 0.25,
    paint(context, { seconds }) {
      for (let index = 0; index < options.count; index++) {
        const x = options.from + (index / options.count) * stage.width + Math.sin(seconds * 0.3 + index * 2) * 24;
        const breadth = between(26, 74, hash(seed, 81, index));
        const gradient = context.createLinearGradient(0, 0, 0, options.bottom);
        const strength = options.opacity * (0.6 + 0.4 * Math.sin(seconds * 0.7 + index * 1.7));
        gradient.addColorStop(0, alpha(options.colour, strength));
        gradient.addColorStop(1, alpha(options.colour, 0));
        context.fillStyle = gradient;
        context.beginPath();
        context.moveTo(x, -MARGIN);
        context.lineTo(x + breadth, -MARGIN);
        context.lineTo(x + breadth * 2.2 + options.lean, options.bottom);
        context.lineTo(x - breadth * 0.6 + options.lean, options.bottom);
        context.fill();
      }
    },
  };
}
