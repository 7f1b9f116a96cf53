import { alpha, darken, lighten, lit, mix } from '../colour.ts';
import { hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

const LIGHTS = { dawn: '#ffe3cf', day: '#fff7ea', golden: '#ffdba6', dusk: '#d99f94', night: '#7d6a78' } as const;

/** A wall with a window, a shelf and lamps; through the window one sees the sky. */
export function createRoom(stage: Stage): Layer {
  const { width, height, palette, scene, seed } = stage;
  const wall = lit(mix('#c9a27c', palette.middle, 0.35), LIGHTS[scene.time]);
  const frame = darken(wall, 0.5);
  const paneWidth = Math.min(340, width * 0.4);
  const paneHeight = Math.min(height * 0.36, 400);
  const left = width * (stage.sun.x < width / 2 ? 0.1 : 0.9) - (stage.sun.x < width / 2 ? 0 : paneWidth);
  const top = height * 0.14;
  return {
    depth: 0.3,
    paint(context, { seconds, x }) {
      const gradient = context.createLinearGradient(left, 0, width - left, height * 0.6);
      gradient.addColorStop(0, lighten(wall, 0.08));
      gradient.addColorStop(1, darken(wall, 0.34));
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, -MARGIN, width + MARGIN * 2, height + MARGIN * 2);
      const shift = -40 * Math.tanh(x / 700);
      context.save();
      context.translate(shift, 0);
      const sky = context.createLinearGradient(0, top, 0, top + paneHeight);
      sky.addColorStop(0, palette.zenith);
      sky.addColorStop(1, palette.horizon);
      context.fillStyle = sky;
      context.fillRect(left, top, paneWidth, paneHeight);
      context.save();
      context.beginPath();
      context.rect(left, top, paneWidth, paneHeight);
      context.clip();
      context.fillStyle = alpha(darken(mix(palette.middle, palette.horizon, 0.4), 0.2), 0.8);
      context.beginPath();
      for (let house = 0; house < 8; house++) {
        const tall = paneHeight * (0.15 + 0.3 * hash(seed, 91, house));
        context.rect(
          left - 40 + house * paneWidth * 0.15 - shift * 0.8,
          top + paneHeight - tall,
          paneWidth * 0.14,
          tall,
        );
      }
      context.fill();
      if (scene.weather.rain > 0 || scene.weather.snow > 0) {
        context.strokeStyle = alpha('#ffffff', 0.35);
        context.lineWidth = scene.weather.snow > 0 ? 4 : 1.4;
        context.lineCap = 'round';
        context.beginPath();
        for (let drop = 0; drop < 50; drop++) {
          const speed = scene.weather.snow > 0 ? 50 : 420;
          const y = top + ((hash(seed, 92, drop) * 900 + seconds * speed) % paneHeight);
          const at = left + hash(seed, 93, drop) * paneWidth;
          context.moveTo(at, y);
          context.lineTo(at, y + (scene.weather.snow > 0 ? 1 : 16));
        }
        context.stroke();
      }
      context.restore();
      context.strokeStyle = frame;
      context.lineWidth = 13;
      context.strokeRect(left, top, paneWidth, paneHeight);
      context.lineWidth = 6;
      context.beginPath();
      context.moveTo(left + paneWidth / 2, top);
      context.lineTo(left + paneWidth / 2, top + paneHeight);
      context.moveTo(left, top + paneHeight * 0.42);
      context.lineTo(left + paneWidth, top + paneHeight * 0.42);
      context.stroke();
      context.fillStyle = lighten(frame, 0.15);
      context.fillRect(left - 22, top + paneHeight, paneWidth + 44, 15);
      context.restore();
    },
  };
}

/** A shelf with jars and books, and lamps that hang before the wall. */
export function createShelf(stage: Stage): Layer {
  const { width, height, palette, seed, scene } = stage;
  const toRight = stage.sun.x < width / 2;
  const colours = ['#7a4630', '#b5763f', '#4f6a5e', '#8a3f3a', '#c9a050', '#475a7a'].map((colour) =>
    lit(mix(colour, palette.middle, 0.25), LIGHTS[scene.time]),
  );
  const shelfWidth = Math.min(360, width * 0.38);
  const left = toRight ? width * 0.94 - shelfWidth : width * 0.06;
  return {
    depth: 0.45,
    paint(context, { seconds, x }) {
      context.save();
      context.translate(-60 * Math.tanh(x / 700), 0);
      for (const [row, y] of [height * 0.27, height * 0.43].entries()) {
        let at = left + 14;
        for (let item = 0; at < left + shelfWidth - 30; item++) {
          const chance = hash(seed, 94, row, item);
          const wide = 12 + chance * 22;
          const tall = 34 + hash(seed, 95, row, item) * 46;
          context.fillStyle = darken(colours[Math.floor(chance * colours.length)] ?? '#7a4630', 0.2);
          context.beginPath();
          context.roundRect(at, y - tall, wide, tall, chance > 0.6 ? wide * 0.4 : 2);
          context.fill();
          at += wide + 5 + hash(seed, 96, row, item) * 16;
        }
        context.fillStyle = lit('#6b442b', LIGHTS[scene.time]);
        context.fillRect(left, y, shelfWidth, 9);
      }
      for (const [index, place] of [0.46, 0.62].entries()) {
        const lampX = width * (toRight ? place : 1 - place) + Math.sin(seconds * 0.8 + index) * 3;
        const lampY = height * (0.15 + 0.05 * index);
        context.strokeStyle = '#2a2220';
        context.lineWidth = 2;
        context.beginPath();
        context.moveTo(lampX, -MARGIN);
        context.lineTo(lampX, lampY);
        context.stroke();
        const glow = context.createRadialGradient(lampX, lampY + 18, 0, lampX, lampY + 18, 150);
        glow.addColorStop(0, alpha('#ffd58a', 0.6));
        glow.addColorStop(1, alpha('#ffd58a', 0));
        context.fillStyle = glow;
        context.fillRect(lampX - 150, lampY - 132, 300, 300);
        context.fillStyle = '#3a2a24';
        context.beginPath();
        context.moveTo(lampX - 8, lampY - 14);
        context.lineTo(lampX + 8, lampY - 14);
        context.lineTo(lampX + 32, lampY + 16);
        context.lineTo(lampX - 32, lampY + 16);
        context.fill();
        context.fillStyle = '#fff0c2';
        context.fillRect(lampX - 22, lampY + 15, 44, 5);
      }
      context.restore();
    },
  };
}

/** The table top or floor that subjects stand on. */
export function createTable(stage: Stage): Layer {
  const { width, height, palette, scene, seed, ground } = stage;
  const wood = lit(mix('#a8703f', palette.middle, 0.3), LIGHTS[scene.time]);
  const top = ground - height * 0.075;
  return {
    depth: 0.8,
    paint(context, { x }) {
      const gradient = context.createLinearGradient(0, top, 0, height);
      gradient.addColorStop(0, lighten(wood, 0.14));
      gradient.addColorStop(0.5, wood);
      gradient.addColorStop(1, darken(wood, 0.45));
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, top, width + MARGIN * 2, height + MARGIN * 2 - top);
      context.fillStyle = alpha(lighten(wood, 0.5), 0.5);
      context.fillRect(-MARGIN, top, width + MARGIN * 2, 2.5);
      context.strokeStyle = alpha(darken(wood, 0.5), 0.3);
      context.beginPath();
      for (let grain = 0; grain < 34; grain++) {
        const near = hash(seed, 97, grain);
        const y = top + 8 + (height + MARGIN - top) * near;
        const at = hash(seed, 98, grain) * (width + MARGIN * 2) - MARGIN - 90 * Math.tanh(x / 700) * (0.7 + near);
        context.moveTo(at, y);
        context.quadraticCurveTo(at + 60, y - 5, at + 90 + near * 200, y);
      }
      context.lineWidth = 1.6;
      context.stroke();
    },
  };
}
