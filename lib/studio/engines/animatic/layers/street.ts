import { alpha, darken, lighten, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

/** A band of asphalt with a dashed line, and rails for a train. */
export function createRoad(
  stage: Stage,
  options: { top: number; bottom: number; rails: boolean; wet: boolean },
): Layer {
  const { width, palette } = stage;
  const { top, bottom } = options;
  const asphalt = mix('#4a4b55', palette.near, 0.35);
  return {
    depth: 1,
    paint(context, { x }) {
      const gradient = context.createLinearGradient(0, top, 0, bottom);
      gradient.addColorStop(0, lighten(asphalt, 0.1));
      gradient.addColorStop(1, darken(asphalt, 0.25));
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, top, width + MARGIN * 2, bottom - top);
      if (options.wet) {
        const sheen = context.createLinearGradient(0, top, 0, bottom);
        sheen.addColorStop(0, alpha(palette.horizon, 0.42));
        sheen.addColorStop(1, alpha(palette.horizon, 0));
        context.fillStyle = sheen;
        context.fillRect(-MARGIN, top, width + MARGIN * 2, bottom - top);
      }
      const light = lighten(asphalt, options.rails ? 0.25 : 0.55);
      context.fillStyle = alpha(light, 0.75);
      context.fillRect(-MARGIN, top + 4, width + MARGIN * 2, 2.5);
      const pitch = options.rails ? 42 : 170;
      const middle = top + (bottom - top) * (options.rails ? 0.32 : 0.56);
      context.beginPath();
      for (let cell = Math.floor((x - MARGIN) / pitch) - 1; cell * pitch < x + width + MARGIN; cell++) {
        const at = cell * pitch - x;
        if (options.rails) context.rect(at, middle - 5, 13, 16);
        else {
          context.moveTo(at, middle);
          context.lineTo(at + 86, middle);
          context.lineTo(at + 82, middle + 7);
          context.lineTo(at - 6, middle + 7);
        }
      }
      context.fill();
      if (!options.rails) return;
      context.fillStyle = lighten(asphalt, 0.5);
      context.fillRect(-MARGIN, middle - 6, width + MARGIN * 2, 4);
    },
  };
}

/** Street lamps that pass by. */
export function createLamps(
  stage: Stage,
  options: { depth: number; base: number; height: number; spacing: number; key: number },
): Layer {
  const { width, palette, seed, scene } = stage;
  const { depth, base, height, spacing } = options;
  const on = scene.time === 'night' || scene.time === 'dusk' || scene.weather.fog > 0;
  const colour = mix('#23242e', palette.near, 0.4);
  return {
    depth,
    paint(context, { x }) {
      const offset = x * depth;
      for (
        let cell = Math.floor((offset - MARGIN * 2) / spacing);
        cell <= (offset + width + MARGIN * 2) / spacing;
        cell++
      ) {
        const at = (cell + between(0.3, 0.5, hash(seed, options.key, cell))) * spacing - offset;
        const top = base - height;
        context.strokeStyle = colour;
        context.lineWidth = height * 0.022;
        context.lineCap = 'round';
        context.beginPath();
        context.moveTo(at, base + 6);
        context.lineTo(at, top + height * 0.06);
        context.quadraticCurveTo(at, top, at + height * 0.1, top);
        context.stroke();
        const lampX = at + height * 0.12;
        if (on) {
          const reach = height * 0.42;
          const glow = context.createRadialGradient(lampX, top, 0, lampX, top, reach);
          glow.addColorStop(0, alpha('#ffdf9e', 0.8));
          glow.addColorStop(0.3, alpha('#ffc773', 0.22));
          glow.addColorStop(1, alpha('#ffc773', 0));
          context.fillStyle = glow;
          context.fillRect(lampX - reach, top - reach, reach * 2, reach * 2);
        }
        context.fillStyle = on ? '#fff2cf' : lighten(colour, 0.3);
        context.beginPath();
        context.ellipse(lampX, top + 1, height * 0.035, height * 0.016, 0, 0, Math.PI * 2);
        context.fill();
      }
    },
  };
}

/** The stone edge of a pavement, seen from the level of a puddle. */
export function createKerb(stage: Stage, options: { top: number; height: number; depth: number; key: number }): Layer {
  const { width, palette, seed } = stage;
  const { top, height, depth } = options;
  const stone = mix('#77787f', palette.middle, 0.45);
  const pitch = 260;
  return {
    depth,
    paint(context, { x }) {
      const offset = x * depth;
      const gradient = context.createLinearGradient(0, top, 0, top + height);
      gradient.addColorStop(0, lighten(mix(stone, palette.horizon, 0.25), 0.12));
      gradient.addColorStop(0.2, stone);
      gradient.addColorStop(1, darken(stone, 0.55));
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, top, width + MARGIN * 2, height);
      context.fillStyle = alpha(darken(stone, 0.7), 0.55);
      for (let cell = Math.floor((offset - MARGIN) / pitch) - 1; cell * pitch < offset + width + MARGIN; cell++) {
        const at = cell * pitch - offset;
        context.fillRect(at, top, 4, height);
        for (let fleck = 0; fleck < 9; fleck++) {
          context.fillRect(
            at + hash(seed, options.key, cell, fleck) * pitch,
            top + (0.1 + 0.8 * hash(seed, options.key, cell, fleck, 1)) * height,
            7,
            2.4,
          );
        }
      }
      context.fillStyle = alpha('#ffffff', 0.22);
      context.fillRect(-MARGIN, top, width + MARGIN * 2, 3);
    },
  };
}

/** Lights of a street out of focus. */
export function createBokeh(
  stage: Stage,
  options: { from: number; to: number; depth: number; key: number; colours: readonly string[] },
): Layer {
  const { width, seed } = stage;
  const spacing = 74;
  const strength = stage.scene.time === 'day' ? 0.16 : 0.34;
  return {
    depth: options.depth,
    paint(context, { seconds, x }) {
      const offset = x * options.depth;
      for (
        let cell = Math.floor((offset - MARGIN * 2) / spacing);
        cell <= (offset + width + MARGIN * 2) / spacing;
        cell++
      ) {
        const at = (cell + hash(seed, options.key, cell, 1)) * spacing - offset;
        const y = between(options.from, options.to, hash(seed, options.key, cell, 2));
        const radius = between(10, 34, hash(seed, options.key, cell, 3));
        const colour = options.colours[cell % options.colours.length] ?? '#ffd28a';
        context.fillStyle = alpha(colour, strength * (0.75 + 0.25 * Math.sin(seconds * 1.1 + cell)));
        context.beginPath();
        context.arc(at, y, radius, 0, Math.PI * 2);
        context.fill();
      }
    },
  };
}
