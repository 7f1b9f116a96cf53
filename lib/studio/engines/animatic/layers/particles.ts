import { alpha, lighten, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

/** Each particle runs through a band as high and wide as the frame with its margin, and starts over. */
function wrap(value: number, length: number): number {
  return (((value % length) + length) % length) - MARGIN;
}

export function createRain(stage: Stage, strength: number): Layer {
  const { width, height, seed, scene } = stage;
  const drops = Math.round(150 * strength);
  const slant = 0.1 + scene.weather.wind * 0.22;
  const colour = lighten(stage.palette.horizon, 0.5);
  return {
    depth: 1,
    paint(context, { seconds, x }) {
      for (const [layer, share] of [0.55, 0.45].entries()) {
        const near = layer + 1;
        context.strokeStyle = alpha(colour, 0.3 + 0.15 * layer);
        context.lineWidth = 1 + layer * 0.9;
        context.beginPath();
        for (let drop = 0; drop < drops * share; drop++) {
          const speed = between(620, 780, hash(seed, 51, layer, drop)) * near * 0.75;
          const y = wrap(hash(seed, 52, layer, drop) * 4000 + seconds * speed, height + MARGIN * 2);
          const at = wrap(
            hash(seed, 53, layer, drop) * 9000 - seconds * speed * slant - x * (0.5 + layer),
            width + MARGIN * 2,
          );
          const length = 16 * near;
          context.moveTo(at, y);
          context.lineTo(at - length * slant, y + length);
        }
        context.stroke();
      }
      context.strokeStyle = alpha(colour, 0.4);
      context.lineWidth = 1.3;
      context.beginPath();
      for (let splash = 0; splash < 26 * strength; splash++) {
        const turn = seconds * 1.6 + hash(seed, 54, splash);
        const age = turn % 1;
        const round = Math.floor(turn);
        const y = between(stage.ground - height * 0.06, height, hash(seed, 55, splash, round));
        const at = hash(seed, 56, splash, round) * width;
        const radius = 2 + age * 13 * (y / height);
        if (age > 0.6) continue;
        context.moveTo(at + radius, y);
        context.ellipse(at, y, radius, radius * 0.3, 0, 0, Math.PI * 2);
      }
      context.stroke();
    },
  };
}

export function createSnow(stage: Stage, strength: number): Layer {
  const { width, height, seed, scene } = stage;
  const flakes = Math.round(190 * strength);
  return {
    depth: 1,
    paint(context, { seconds, x }) {
      for (let layer = 0; layer < 3; layer++) {
        context.fillStyle = alpha('#ffffff', 0.5 + layer * 0.17);
        context.beginPath();
        for (let flake = layer; flake < flakes; flake += 3) {
          const near = 0.5 + layer * 0.5;
          const speed = between(34, 62, hash(seed, 61, flake)) * near;
          const y = wrap(hash(seed, 62, flake) * 5000 + seconds * speed, height + MARGIN * 2);
          const sway = Math.sin(seconds * between(0.6, 1.4, hash(seed, 63, flake)) + flake) * 16 * near;
          const wind = seconds * (12 + scene.weather.wind * 90) * near;
          const at = wrap(hash(seed, 64, flake) * 7000 + sway - wind - x * near, width + MARGIN * 2);
          const radius = between(1.2, 2.5, hash(seed, 65, flake)) * (0.6 + near);
          context.moveTo(at + radius, y);
          context.arc(at, y, radius, 0, Math.PI * 2);
        }
        context.fill();
      }
    },
  };
}

interface FleckOptions {
  colour: string;
  count: number;
  /** Units a second; negative rises. */
  fall: number;
  drift: number;
  size: number;
  /** Flecks that come and go like fireflies. */
  blinking?: boolean;
  /** Flecks that tumble like leaves. */
  tumbling?: boolean;
  key: number;
}

/** Dust, embers, fireflies, bubbles, petals and leaves. */
export function createFlecks(stage: Stage, options: FleckOptions): Layer {
  const { width, height, seed } = stage;
  const { key, size } = options;
  return {
    depth: 1.1,
    paint(context, { seconds, x }) {
      for (let fleck = 0; fleck < options.count; fleck++) {
        const chance = (part: number) => hash(seed, key, fleck, part);
        const near = between(0.5, 1.5, chance(1));
        const y = wrap(chance(2) * 5000 + seconds * options.fall * near, height + MARGIN * 2);
        const sway = Math.sin(seconds * between(0.4, 1.2, chance(3)) + fleck * 2) * 26;
        const at = wrap(chance(4) * 7000 + sway + seconds * options.drift * near - x * near * 0.8, width + MARGIN * 2);
        const glow = options.blinking
          ? Math.max(0, Math.sin(seconds * between(0.7, 1.7, chance(5)) + fleck * 1.9))
          : 0.75;
        context.fillStyle = alpha(
          options.tumbling ? mix(options.colour, '#d9542b', chance(6)) : options.colour,
          glow * 0.85,
        );
        context.beginPath();
        if (options.tumbling)
          context.ellipse(
            at,
            y,
            size * near,
            size * near * Math.abs(Math.sin(seconds * 2.4 + fleck)) * 0.6 + 0.5,
            seconds * 1.3 + fleck,
            0,
            Math.PI * 2,
          );
        else context.arc(at, y, size * near, 0, Math.PI * 2);
        context.fill();
        if (!options.blinking) continue;
        context.fillStyle = alpha(options.colour, glow * 0.18);
        context.beginPath();
        context.arc(at, y, size * near * 4, 0, Math.PI * 2);
        context.fill();
      }
    },
  };
}
