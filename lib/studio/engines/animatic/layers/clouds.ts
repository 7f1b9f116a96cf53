import { alpha, lighten, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

interface CloudOptions {
  depth: number;
  /** Height of the band that they drift in. */
  from: number;
  to: number;
  size: number;
  /** 0 to 1: how many of the places for a cloud hold one. */
  density: number;
  opacity: number;
  key: number;
}

const SPACING = 2.1;
const PUFFS = 7;

export function createClouds(stage: Stage, options: CloudOptions): Layer {
  const { palette, scene, seed } = stage;
  const { size, key, depth } = options;
  const spacing = size * SPACING;
  const wind = 6 + 16 * scene.weather.wind;
  const storm = scene.weather.lightning > 0;
  const top = storm
    ? mix(palette.zenith, '#8a93a3', 0.3)
    : lighten(mix(palette.horizon, palette.zenith, 0.15), stage.dark ? 0.08 : 0.5);
  const bottom = storm
    ? mix(palette.zenith, '#12151d', 0.45)
    : mix(palette.horizon, palette.zenith, stage.dark ? 0.6 : 0.32);
  return {
    depth,
    paint(context, { seconds, x }) {
      const offset = x * depth + seconds * wind * (0.4 + depth);
      const first = Math.floor((offset - MARGIN - size * 2) / spacing);
      const last = Math.ceil((offset + stage.width + MARGIN + size * 2) / spacing);
      for (let cell = first; cell <= last; cell++) {
        if (hash(seed, key, cell, 1) > options.density) continue;
        const scale = between(0.6, 1.2, hash(seed, key, cell, 2)) * size;
        const centre = (cell + hash(seed, key, cell, 3)) * spacing - offset;
        const base = between(options.from, options.to, hash(seed, key, cell, 4));
        const gradient = context.createLinearGradient(0, base - scale * 0.42, 0, base);
        gradient.addColorStop(0, alpha(top, options.opacity));
        gradient.addColorStop(1, alpha(bottom, options.opacity * 0.55));
        context.fillStyle = gradient;
        context.beginPath();
        for (let puff = 0; puff < PUFFS; puff++) {
          const along = puff / (PUFFS - 1) - 0.5;
          const radius =
            scale * (0.09 + 0.16 * (1 - 4 * along * along) * (0.6 + 0.6 * hash(seed, key, cell, 10 + puff)));
          const puffX = centre + along * scale * 1.5;
          context.moveTo(puffX + radius, base - radius * 0.7);
          context.ellipse(puffX, base - radius * 0.7, radius * 1.25, radius, 0, 0, Math.PI * 2);
        }
        context.fill();
      }
    },
  };
}
