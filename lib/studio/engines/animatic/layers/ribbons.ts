import { alpha, darken, lighten, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

/** For a prompt that names no place: slow ribbons and discs in the palette's colours. */
export function createBackdrop(stage: Stage): Layer {
  const { width, height, palette, seed } = stage;
  const colours = [palette.middle, palette.accent, palette.far, palette.horizon];
  return {
    depth: 0.2,
    paint(context, { seconds }) {
      const gradient = context.createLinearGradient(0, 0, width * 0.4, height);
      gradient.addColorStop(0, darken(palette.zenith, 0.3));
      gradient.addColorStop(1, darken(mix(palette.middle, palette.zenith, 0.45), 0.25));
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, -MARGIN, width + MARGIN * 2, height + MARGIN * 2);
      for (let disc = 0; disc < 7; disc++) {
        const colour = colours[disc % colours.length] ?? palette.accent;
        const radius = between(60, 210, hash(seed, 121, disc));
        const x = width * hash(seed, 122, disc) + Math.sin(seconds * 0.24 + disc * 1.3) * 70;
        const y = height * hash(seed, 123, disc) * 0.85 + Math.cos(seconds * 0.2 + disc) * 50;
        const glow = context.createRadialGradient(x, y, radius * 0.1, x, y, radius);
        glow.addColorStop(0, alpha(lighten(colour, 0.15), 0.34));
        glow.addColorStop(0.94, alpha(colour, 0.14));
        glow.addColorStop(1, alpha(colour, 0));
        context.fillStyle = glow;
        context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
      }
    },
  };
}

export function createRibbon(stage: Stage, order: number, depth: number): Layer {
  const { width, height, palette, seed } = stage;
  const colours = [palette.far, palette.accent, palette.middle, palette.horizon, palette.near];
  const colour = colours[(order + Math.floor(hash(seed, 131) * 3)) % colours.length] ?? palette.middle;
  const phase = hash(seed, 132, order) * 7;
  const base = height * (0.42 + order * 0.115);
  const tall = height * between(0.05, 0.11, hash(seed, 133, order));
  return {
    depth,
    paint(context, { seconds, x }) {
      const line = (at: number, lag: number) =>
        Math.sin(at / 260 + seconds * 0.5 + phase + lag) * 46 +
        Math.sin(at / 117 - seconds * 0.33 + phase * 2) * 20 +
        Math.sin(at / 610 + phase) * 60;
      const gradient = context.createLinearGradient(0, 0, width, 0);
      gradient.addColorStop(0, alpha(colour, 0.95));
      gradient.addColorStop(0.5, alpha(lighten(colour, 0.25), 0.9));
      gradient.addColorStop(1, alpha(darken(colour, 0.25), 0.95));
      context.fillStyle = gradient;
      context.beginPath();
      for (let at = -MARGIN; at <= width + MARGIN; at += 12) context.lineTo(at, base + line(at + x * depth, 0));
      for (let at = width + MARGIN; at >= -MARGIN; at -= 12) {
        context.lineTo(
          at,
          base + tall * (0.7 + 0.5 * Math.sin(at / 190 + seconds * 0.4 + order)) + line(at + x * depth, 0.34),
        );
      }
      context.fill();
      context.strokeStyle = alpha(lighten(colour, 0.5), 0.4);
      context.lineWidth = 1.5;
      for (let string = 1; string <= 3; string++) {
        context.beginPath();
        for (let at = -MARGIN; at <= width + MARGIN; at += 14)
          context.lineTo(at, base - string * 13 + line(at + x * depth, -string * 0.14));
        context.stroke();
      }
    },
  };
}
