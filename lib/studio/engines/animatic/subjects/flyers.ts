import { alpha, mix } from '../colour.ts';
import { type Figure, fill, halo, oval, stroke } from './brush.ts';

export const bird: Figure = {
  aspect: 1.7,
  size: 0.6,
  draw(context, ink, { seconds, pace }) {
    const flap = Math.sin(seconds * (5 + 2 * pace));
    const tip = -44 * flap - 6;
    for (const [back, colour] of [
      [-1, ink.shade],
      [1, ink.light],
    ] as const) {
      const shift = back * 7;
      if (back === 1) {
        fill(context, ink.body, 'M-58 -2 Q-30 -14 0 -12 Q30 -14 44 -6 Q52 -4 62 0 Q50 6 38 8 Q4 22 -26 8 L-66 14 Z');
        fill(context, ink.pale, 'M40 4 Q4 18 -24 8 Q4 10 40 4 Z');
        fill(context, ink.glow, 'M52 -4 L68 1 L52 4 Z');
        oval(context, ink.dark, 45, -2.6, 1.9);
      }
      context.fillStyle = colour;
      context.beginPath();
      context.moveTo(22 - shift, -8);
      context.quadraticCurveTo(24 + shift * 2, tip * 0.6 - 8, -10 + shift * 3, tip);
      context.quadraticCurveTo(-34 + shift * 3, tip * 1.1, -52 + shift * 3, tip * 0.8 + 4);
      context.quadraticCurveTo(-26, tip * 0.35, -18 - shift, -4);
      context.fill();
    }
  },
};

export const butterfly: Figure = {
  aspect: 1.2,
  size: 0.62,
  draw(context, ink, { seconds }) {
    const open = 0.35 + 0.65 * Math.abs(Math.cos(seconds * 5));
    context.rotate(0.3);
    for (const side of [-1, 1]) {
      context.save();
      context.scale(side * open, 1);
      fill(context, ink.body, 'M0 -6 C14 -54 60 -58 58 -26 C56 -4 24 2 0 2 Z');
      fill(context, ink.shade, 'M0 0 C26 2 48 10 42 30 C34 50 8 30 0 6 Z');
      fill(context, ink.light, 'M10 -10 C22 -40 46 -42 46 -26 C44 -12 24 -6 10 -4 Z');
      oval(context, ink.dark, 50, -34, 4);
      oval(context, ink.dark, 53, -22, 3);
      oval(context, ink.pale, 30, 24, 4.5);
      context.restore();
    }
    oval(context, ink.dark, 0, 0, 3.4, 20);
    stroke(context, ink.dark, 1.2, [0, -18], [-7, -34], [-11, -36]);
    stroke(context, ink.dark, 1.2, [0, -18], [7, -34], [11, -36]);
  },
};

export const plane: Figure = {
  aspect: 2.2,
  size: 0.7,
  draw(context, ink) {
    context.fillStyle = alpha(ink.pale, 0.3);
    context.fillRect(-320, -1.5, 220, 4);
    fill(context, ink.shade, 'M10 -8 L-22 -46 L-34 -46 L-20 -8 Z');
    fill(
      context,
      ink.body,
      'M-100 -6 L-112 -44 L-96 -44 L-72 -12 L70 -14 Q104 -10 112 2 Q100 14 70 14 L-70 12 Q-96 8 -100 -6 Z',
    );
    fill(context, ink.shade, 'M112 2 Q100 14 70 14 L-70 12 Q-90 9 -97 2 Z');
    fill(context, ink.light, 'M26 4 L-30 52 L-46 52 L-20 4 Z');
    fill(context, ink.dark, 'M82 -9 Q94 -6 100 -1 L84 -1 Z');
    for (let port = 0; port < 8; port++) oval(context, ink.glow, -54 + port * 15, -4, 3);
  },
};

export const kite: Figure = {
  aspect: 0.9,
  size: 0.85,
  draw(context, ink, { seconds }) {
    context.rotate(0.28 + 0.12 * Math.sin(seconds * 1.3));
    const wave = (at: number) => Math.sin(seconds * 3.4 - at * 0.07) * (4 + at * 0.09);
    const tail: [number, number][] = [];
    for (let at = 0; at <= 120; at += 8) tail.push([wave(at) - at * 0.15, 50 + at]);
    stroke(context, ink.pale, 1.6, ...tail);
    for (let at = 24; at <= 120; at += 32) {
      const x = wave(at) - at * 0.15;
      context.fillStyle = at % 64 === 24 ? ink.glow : ink.light;
      context.beginPath();
      context.moveTo(x, 50 + at);
      context.lineTo(x - 11, 43 + at);
      context.lineTo(x - 11, 57 + at);
      context.lineTo(x + 11, 43 + at);
      context.lineTo(x + 11, 57 + at);
      context.fill();
    }
    stroke(context, alpha(ink.pale, 0.7), 0.8, [0, -6], [-90, 210], [-150, 420]);
    fill(context, ink.body, 'M0 -56 L-38 -10 L0 50 Z');
    fill(context, ink.light, 'M0 -56 L38 -10 L0 -10 Z');
    fill(context, ink.shade, 'M0 -10 L38 -10 L0 50 Z');
    fill(context, ink.glow, 'M0 -10 L-38 -10 L0 -56 Z');
    stroke(context, ink.dark, 1.2, [0, -56], [0, 50]);
    stroke(context, ink.dark, 1.2, [-38, -10], [38, -10]);
  },
};

export const balloon: Figure = {
  aspect: 0.76,
  size: 1.2,
  draw(context, ink, { seconds, dark }) {
    const flame = Math.max(0, Math.sin(seconds * 1.7)) * (0.7 + 0.3 * Math.sin(seconds * 23));
    const gores = [ink.body, ink.pale, ink.light, ink.pale, ink.body] as const;
    context.save();
    context.beginPath();
    context.moveTo(-9, 28);
    context.bezierCurveTo(-20, 10, -38, 2, -38, -18);
    context.bezierCurveTo(-38, -42, -20, -52, 0, -52);
    context.bezierCurveTo(20, -52, 38, -42, 38, -18);
    context.bezierCurveTo(38, 2, 20, 10, 9, 28);
    context.closePath();
    context.clip();
    fill(context, ink.shade, 'M-40 -54 h80 v84 h-80 Z');
    for (const [index, reach] of [38, 25, 9].entries()) {
      context.fillStyle = index === 0 ? ink.body : (gores[index] ?? ink.body);
      context.beginPath();
      context.moveTo(-9 * (reach / 38), 30);
      context.bezierCurveTo(-reach * 0.5, 10, -reach, 2, -reach, -18);
      context.bezierCurveTo(-reach, -42, -reach * 0.5, -52, 0, -54);
      context.bezierCurveTo(reach * 0.5, -52, reach, -42, reach, -18);
      context.bezierCurveTo(reach, 2, reach * 0.5, 10, 9 * (reach / 38), 30);
      context.fill();
    }
    fill(context, alpha(ink.dark, 0.2), 'M8 -54 Q44 -30 10 30 L44 30 V-54 Z');
    if (dark) halo(context, ink.glow, 0, 16, 60, 0.35 + 0.5 * flame);
    context.restore();
    for (const x of [-7, 7]) stroke(context, ink.dark, 0.8, [x * 1.2, 27], [x, 40]);
    if (flame > 0.05) {
      halo(context, '#ffb347', 0, 32, 18, 0.8 * flame);
      oval(context, '#fff1c0', 0, 32, 2, 4.5 * flame + 1);
    }
    fill(context, mix('#7a4a26', ink.dark, 0.25), 'M-8 39 H8 L6.5 51 H-6.5 Z');
    fill(context, '#b57b45', 'M-9 38 H9 V41 H-9 Z');
  },
};

export const lantern: Figure = {
  aspect: 0.8,
  size: 0.7,
  draw(context, ink, { seconds }) {
    const flicker = 0.85 + 0.1 * Math.sin(seconds * 7) + 0.05 * Math.sin(seconds * 17);
    halo(context, ink.body, 0, 0, 130, 0.55 * flicker);
    fill(context, ink.body, 'M-26 -44 Q0 -54 26 -44 Q40 0 22 44 L-22 44 Q-40 0 -26 -44 Z');
    fill(context, alpha(ink.shade, 0.6), 'M-26 -44 Q-40 0 -22 44 L-10 44 Q-22 0 -12 -49 Z');
    oval(context, alpha('#fff6cf', 0.85 * flicker), 2, 20, 15, 24);
    for (const y of [-24, 0, 24])
      stroke(context, alpha(ink.shade, 0.5), 1.4, [-32 + Math.abs(y) * 0.2, y], [32 - Math.abs(y) * 0.2, y]);
    fill(context, ink.dark, 'M-22 43 H22 V48 H-22 Z');
  },
};
