import { alpha, darken, fromHue, lighten, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

/** Deep space: clouds of gas and stars at three distances. */
export function createSpace(stage: Stage): Layer {
  const { width, height, palette, seed } = stage;
  const base = darken(palette.zenith, 0.55);
  const gases = [palette.middle, palette.horizon, fromHue(hash(seed, 101) * 360, 0.6, 0.45)];
  return {
    depth: 0.1,
    paint(context, { seconds, x }) {
      context.fillStyle = base;
      context.fillRect(-MARGIN, -MARGIN, width + MARGIN * 2, height + MARGIN * 2);
      for (const [index, gas] of [...gases, ...gases].entries()) {
        const reach = between(260, 460, hash(seed, 102, index));
        const at =
          between(0, width, hash(seed, 103, index)) + Math.sin(seconds * 0.11 + index) * 34 - Math.tanh(x / 1500) * 60;
        const y = between(0, height, hash(seed, 104, index)) + Math.cos(seconds * 0.09 + index * 2) * 24;
        const gradient = context.createRadialGradient(at, y, 0, at, y, reach);
        gradient.addColorStop(0, alpha(gas, 0.36));
        gradient.addColorStop(0.5, alpha(gas, 0.13));
        gradient.addColorStop(1, alpha(gas, 0));
        context.fillStyle = gradient;
        context.fillRect(at - reach, y - reach, reach * 2, reach * 2);
      }
      for (let layer = 0; layer < 3; layer++) {
        const span = width + MARGIN * 2;
        for (let star = 0; star < 70; star++) {
          const drift = (x * 0.2 + seconds * 5) * (0.3 + layer * 0.6);
          const at = ((((hash(seed, 105, layer, star) * span - drift) % span) + span) % span) - MARGIN;
          const y = hash(seed, 106, layer, star) * (height + MARGIN) - MARGIN / 2;
          const size = between(0.8, 1.6, hash(seed, 107, layer, star)) * (1 + layer * 0.5);
          const twinkle = 0.6 + 0.4 * Math.sin(seconds * between(0.7, 2.4, hash(seed, 108, layer, star)) + star);
          context.fillStyle = alpha(star % 7 === 0 ? '#ffd9a8' : '#f4f6ff', twinkle);
          context.fillRect(at, y, size, size);
        }
      }
    },
  };
}

/** A planet with bands and a ring. */
export function createPlanet(stage: Stage): Layer {
  const { width, height, palette, seed } = stage;
  const radius = Math.min(width, height) * between(0.17, 0.24, hash(seed, 111));
  const centreX = width * (stage.sun.x < width / 2 ? 0.78 : 0.22);
  const centreY = height * 0.3;
  const colour = mix(palette.middle, fromHue(hash(seed, 112) * 360, 0.55, 0.6), 0.5);
  return {
    depth: 0.3,
    paint(context, { seconds, x }) {
      const at = centreX - 90 * Math.tanh(x / 1600);
      context.save();
      context.beginPath();
      context.arc(at, centreY, radius, 0, Math.PI * 2);
      context.clip();
      context.fillStyle = colour;
      context.fillRect(at - radius, centreY - radius, radius * 2, radius * 2);
      for (let band = 0; band < 6; band++) {
        context.fillStyle = alpha(band % 2 ? lighten(colour, 0.3) : darken(colour, 0.25), 0.5);
        context.beginPath();
        const y = centreY + radius * (band / 3 - 0.9);
        context.ellipse(at + Math.sin(seconds * 0.2 + band) * 10, y, radius * 1.3, radius * 0.09, 0.12, 0, Math.PI * 2);
        context.fill();
      }
      const shade = context.createRadialGradient(
        at - radius * 0.5,
        centreY - radius * 0.5,
        radius * 0.3,
        at,
        centreY,
        radius * 1.15,
      );
      shade.addColorStop(0, alpha('#ffffff', 0.18));
      shade.addColorStop(0.5, alpha('#05060f', 0.1));
      shade.addColorStop(1, alpha('#05060f', 0.82));
      context.fillStyle = shade;
      context.fillRect(at - radius, centreY - radius, radius * 2, radius * 2);
      context.restore();
      context.strokeStyle = alpha(lighten(colour, 0.4), 0.65);
      context.lineWidth = radius * 0.07;
      context.beginPath();
      context.ellipse(at, centreY, radius * 1.65, radius * 0.34, -0.32, -0.2, Math.PI + 0.2);
      context.stroke();
    },
  };
}

/** The curved ground of a small moon, for those who cannot fly. */
export function createMoonGround(stage: Stage): Layer {
  const { width, height, palette, seed, ground } = stage;
  const colour = mix('#8f8ca0', palette.middle, 0.4);
  return {
    depth: 0.9,
    paint(context, { x }) {
      const radius = width * 2.4;
      const top = ground - 14;
      const gradient = context.createLinearGradient(0, top, 0, height);
      gradient.addColorStop(0, lighten(colour, 0.2));
      gradient.addColorStop(1, darken(colour, 0.6));
      context.fillStyle = gradient;
      context.beginPath();
      context.arc(width / 2, top + radius, radius, 0, Math.PI * 2);
      context.fill();
      context.fillStyle = alpha(darken(colour, 0.55), 0.4);
      context.beginPath();
      const pitch = 150;
      for (let cell = Math.floor((x - MARGIN) / pitch) - 1; cell * pitch < x + width + MARGIN; cell++) {
        const at = (cell + hash(seed, 113, cell)) * pitch - x;
        const near = hash(seed, 114, cell);
        const y = top + 34 + ((at - width / 2) ** 2 / radius) * 0.5 + near * (height - top);
        context.moveTo(at + 50, y);
        context.ellipse(at, y, 22 + near * 40, 5 + near * 9, 0, 0, Math.PI * 2);
      }
      context.fill();
    },
  };
}
