import { alpha } from '../colour.ts';
import { type Figure, fill, halo, oval, stroke } from './brush.ts';

export const paperboat: Figure = {
  aspect: 1.75,
  size: 0.9,
  draw(context, ink) {
    fill(context, ink.shade, 'M-20 -42 L0 -96 L22 -42 Z');
    fill(context, ink.body, 'M-20 -42 L0 -96 L2 -42 Z');
    fill(context, ink.body, 'M-88 -56 L-46 4 Q0 12 46 4 L88 -56 L22 -38 L0 -50 L-22 -38 Z');
    fill(context, ink.light, 'M-88 -56 L-22 -38 L0 4 Q-24 8 -46 4 Z');
    fill(context, ink.shade, 'M88 -56 L22 -38 L0 4 Q24 8 46 4 Z');
    fill(context, ink.body, 'M0 -50 L24 -36 L0 6 L-24 -36 Z');
    stroke(context, alpha(ink.dark, 0.18), 1, [-88, -56], [-22, -38], [0, -50], [22, -38], [88, -56]);
    stroke(context, alpha(ink.dark, 0.14), 0.9, [0, -50], [0, 6]);
  },
};

export const boat: Figure = {
  aspect: 1.1,
  size: 1.15,
  draw(context, ink, { seconds, dark }) {
    const belly = 3 * Math.sin(seconds * 1.4);
    stroke(context, ink.dark, 1.8, [2, -14], [2, -100]);
    context.fillStyle = ink.pale;
    context.beginPath();
    context.moveTo(5, -96);
    context.quadraticCurveTo(36 + belly, -58, 44, -24);
    context.lineTo(5, -22);
    context.fill();
    context.fillStyle = ink.light;
    context.beginPath();
    context.moveTo(-1, -90);
    context.quadraticCurveTo(-18 + belly, -50, -34, -24);
    context.lineTo(-1, -22);
    context.fill();
    fill(context, ink.body, 'M-52 -17 L54 -20 Q46 0 34 6 L-38 6 Q-48 0 -52 -17 Z');
    fill(context, ink.shade, 'M-49 -8 L49 -8 Q42 2 34 6 L-38 6 Q-46 0 -49 -8 Z');
    fill(context, ink.pale, 'M-52 -18 L54 -21 L53 -17.5 L-51 -14.5 Z');
    if (dark) {
      halo(context, ink.glow, 2, -100, 30, 0.7);
      oval(context, ink.glow, 2, -100, 2.4);
    }
  },
};

export const ship: Figure = {
  aspect: 2.1,
  size: 1,
  draw(context, ink, { seconds }) {
    for (let puff = 0; puff < 7; puff++) {
      const age = (seconds * 0.22 + puff / 7) % 1;
      oval(context, alpha(ink.pale, 0.4 * (1 - age)), -8 - age * 66, -88 - age * 26, 6 + age * 16);
    }
    fill(context, ink.body, 'M-16 -86 h14 v24 h-14 Z');
    fill(context, ink.dark, 'M-16 -88 h14 v7 h-14 Z');
    fill(context, ink.pale, 'M-62 -48 h92 v22 h-92 Z M-46 -62 h58 v16 h-58 Z');
    for (let port = 0; port < 8; port++) oval(context, ink.glow, -54 + port * 11, -38, 2.6);
    for (let port = 0; port < 5; port++) oval(context, ink.glow, -38 + port * 11, -55, 2.2);
    stroke(context, ink.dark, 1.6, [40, -28], [40, -78]);
    fill(context, ink.shade, 'M-92 -30 L100 -36 Q88 -6 76 6 L-80 6 Q-90 -8 -92 -30 Z');
    fill(context, ink.body, 'M-92 -30 L100 -36 Q97 -26 92 -18 L-89 -14 Z');
    fill(context, ink.pale, 'M-92 -31 L100 -37 L99 -34 L-92 -28 Z');
  },
};
