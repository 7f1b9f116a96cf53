import { alpha } from '../colour.ts';
import { type Figure, fill, halo, limb, oval, stroke } from './brush.ts';

const SKIN = '#d9a079';

export const person: Figure = {
  aspect: 0.55,
  size: 1.15,
  draw(context, ink, { seconds, pace }) {
    const phase = seconds * (3.4 + 1.6 * pace);
    const stride = 0.32 + 0.12 * pace;
    const bob = Math.abs(Math.sin(phase)) * 1.6;
    const flow = Math.sin(phase * 2) * 2;
    context.translate(0, -bob);
    limb(context, ink.shade, 5, 1, -69, 30, Math.sin(phase) * 0.5, -0.3);
    for (const [offset, colour] of [
      [0, ink.dark],
      [Math.PI, ink.dark],
    ] as const) {
      const swing = Math.sin(phase + offset) * stride;
      const bend = Math.max(0, Math.cos(phase + offset)) * 0.6;
      limb(context, colour, 6.4, 0, -42, 41 + bob, swing, bend);
    }
    context.fillStyle = ink.body;
    context.beginPath();
    context.moveTo(-8, -74);
    context.quadraticCurveTo(0, -80, 8, -73);
    context.quadraticCurveTo(12, -52, 12, -33);
    context.quadraticCurveTo(0, -29, -15 - flow, -31);
    context.quadraticCurveTo(-12, -54, -8, -74);
    context.fill();
    context.fillStyle = ink.shade;
    context.beginPath();
    context.moveTo(-8, -74);
    context.quadraticCurveTo(-12, -54, -15 - flow, -31);
    context.lineTo(-6 - flow, -30);
    context.quadraticCurveTo(-3, -56, -2, -77);
    context.fill();
    limb(context, ink.light, 5, 2, -70, 31, -Math.sin(phase) * 0.5, -0.35);
    fill(context, SKIN, 'M-3 -80 H4 V-73 H-3 Z');
    oval(context, SKIN, 2, -87, 7.4, 8.4);
    fill(context, ink.dark, 'M-7 -80 Q-9 -98 2 -98 Q11 -97 9 -89 Q2 -92 -1 -86 Q-2 -80 -7 -80 Z');
    context.fillStyle = ink.glow;
    context.beginPath();
    context.moveTo(-7, -79);
    context.quadraticCurveTo(1, -75, 8, -78);
    context.lineTo(7, -73);
    context.quadraticCurveTo(0, -71, -6, -74);
    context.quadraticCurveTo(-16, -72 - flow, -25, -66 + flow * 2);
    context.quadraticCurveTo(-18, -77 + flow, -7, -79);
    context.fill();
  },
};

/** What a walker holds when it rains. */
export function drawUmbrella(context: Parameters<Figure['draw']>[0], ink: Parameters<Figure['draw']>[1]): void {
  stroke(context, ink.dark, 1.6, [13, -56], [13, -118]);
  fill(
    context,
    ink.light,
    'M-32 -98 Q-26 -130 13 -131 Q52 -130 58 -98 Q50 -104 43 -98 Q34 -104 28 -98 Q20 -104 13 -98 Q5 -104 -2 -98 Q-10 -104 -17 -98 Q-24 -104 -32 -98 Z',
  );
  fill(
    context,
    alpha(ink.shade, 0.75),
    'M13 -131 Q34 -122 43 -98 Q50 -104 58 -98 Q52 -130 13 -131 Z M13 -131 Q-6 -122 -2 -98 Q5 -104 13 -98 Z',
  );
}

export const robot: Figure = {
  aspect: 0.75,
  size: 1.15,
  draw(context, ink, { seconds, pace }) {
    const phase = seconds * (2.8 + pace);
    const tilt = Math.sin(seconds * 1.1) * 0.07;
    const bob = Math.abs(Math.sin(phase)) * 1.5;
    context.translate(0, -bob);
    limb(context, ink.shade, 7, -19, -62, 34, Math.sin(phase) * 0.5, -0.4);
    for (const [x, offset] of [
      [-8, 0],
      [8, Math.PI],
    ] as const) {
      limb(
        context,
        ink.shade,
        8,
        x,
        -30,
        26 + bob,
        Math.sin(phase + offset) * 0.35,
        Math.max(0, Math.cos(phase + offset)) * 0.5,
      );
    }
    fill(context, ink.body, 'M-22 -66 Q-22 -72 -16 -72 H16 Q22 -72 22 -66 V-34 Q22 -26 14 -26 H-14 Q-22 -26 -22 -34 Z');
    fill(context, ink.shade, 'M8 -72 H16 Q22 -72 22 -66 V-34 Q22 -26 14 -26 H6 Q14 -46 8 -72 Z');
    fill(context, ink.dark, 'M-13 -62 H9 V-46 H-13 Z');
    for (let bar = 0; bar < 4; bar++) {
      context.fillStyle = ink.glow;
      const high = 3 + 8 * Math.abs(Math.sin(seconds * 2.2 + bar * 1.3));
      context.fillRect(-10.5 + bar * 4.8, -48 - high, 3, high);
    }
    limb(context, ink.light, 7, 20, -62, 34, -Math.sin(phase) * 0.5, -0.4);
    context.save();
    context.translate(0, -74);
    context.rotate(tilt);
    stroke(context, ink.dark, 1.6, [0, -26], [0, -36]);
    halo(context, ink.glow, 0, -37, 12, 0.4 + 0.4 * Math.sin(seconds * 4) ** 2);
    oval(context, ink.glow, 0, -37, 2.8);
    fill(context, ink.shade, 'M-5 -3 H5 V4 H-5 Z');
    fill(context, ink.body, 'M-21 -20 Q-21 -28 -12 -28 H12 Q21 -28 21 -20 V-8 Q21 -2 13 -2 H-13 Q-21 -2 -21 -8 Z');
    fill(context, ink.dark, 'M-14 -22 H17 Q19 -22 19 -20 V-10 Q19 -8 17 -8 H-12 Q-14 -8 -14 -10 Z');
    const blink = seconds % 3.4 < 0.14 ? 0.15 : 1;
    oval(context, ink.glow, -3, -15, 3.6, 3.6 * blink);
    oval(context, ink.glow, 10, -15, 3.6, 3.6 * blink);
    context.restore();
  },
};
