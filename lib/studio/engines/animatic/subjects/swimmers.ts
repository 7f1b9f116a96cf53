import { alpha } from '../colour.ts';
import { type Figure, fill, oval } from './brush.ts';

export const fish: Figure = {
  aspect: 1.9,
  size: 0.7,
  draw(context, ink, { seconds, pace }) {
    const sweep = Math.sin(seconds * (4 + 3 * pace));
    context.fillStyle = ink.shade;
    context.beginPath();
    context.moveTo(-44, 0);
    context.quadraticCurveTo(-70, -10 + sweep * 4, -94 + Math.abs(sweep) * 8, -40 + sweep * 10);
    context.quadraticCurveTo(-78, 2 + sweep * 4, -94 + Math.abs(sweep) * 8, 38 + sweep * 10);
    context.quadraticCurveTo(-70, 10, -44, 0);
    context.fill();
    fill(context, ink.shade, 'M-24 -30 Q-4 -58 36 -44 Q28 -34 20 -30 Z M-6 30 Q-16 48 -34 50 Q-30 36 -28 24 Z');
    fill(context, ink.body, 'M-54 0 Q-28 -40 20 -37 Q66 -30 84 2 Q64 32 20 37 Q-28 38 -54 0 Z');
    fill(context, ink.light, 'M-40 -8 Q-20 -36 20 -35 Q60 -28 78 -6 Q40 -22 -40 -8 Z');
    fill(
      context,
      ink.pale,
      'M42 -33 Q28 0 42 33 Q34 36 26 37 Q12 0 26 -37 Q34 -37 42 -33 Z M-18 -28 Q-26 0 -18 28 Q-24 24 -30 20 Q-38 0 -30 -22 Z',
    );
    context.fillStyle = ink.shade;
    context.beginPath();
    context.moveTo(16, 8);
    context.quadraticCurveTo(-4, 12 + sweep * 8, -14, 26 + sweep * 8);
    context.quadraticCurveTo(10, 28, 22, 16);
    context.fill();
    oval(context, '#ffffff', 62, -8, 7);
    oval(context, ink.dark, 64, -8, 4);
  },
};

export const whale: Figure = {
  aspect: 2.2,
  size: 0.9,
  draw(context, ink, { seconds }) {
    const beat = Math.sin(seconds * 1.6) * 9;
    for (let drop = 0; drop < 40; drop++) {
      const age = (seconds * 0.8 + drop * 0.618) % 1;
      const side = ((drop * 7) % 11) / 5 - 1;
      oval(
        context,
        alpha(ink.pale, 0.85 * (1 - age * 0.8)),
        46 + side * 34 * age,
        -60 - 150 * age * (1 - age * 0.72),
        1.6 + ((drop * 3) % 5) * 0.6,
      );
    }
    context.fillStyle = ink.body;
    context.beginPath();
    context.moveTo(-60, -24);
    context.quadraticCurveTo(-88, -30, -100, -52 + beat);
    context.quadraticCurveTo(-122, -58 + beat, -132, -76 + beat);
    context.quadraticCurveTo(-108, -76 + beat, -98, -66 + beat);
    context.quadraticCurveTo(-92, -80 + beat, -76, -88 + beat);
    context.quadraticCurveTo(-78, -66 + beat, -88, -56 + beat);
    context.quadraticCurveTo(-70, -34, -40, -36);
    context.fill();
    fill(context, ink.body, 'M-80 -14 Q-50 -44 0 -58 Q62 -68 98 -34 Q106 -16 98 4 L-60 6 Q-76 4 -80 -14 Z');
    fill(context, ink.light, 'M-40 -36 Q0 -56 40 -58 Q76 -56 92 -38 Q50 -52 -40 -36 Z');
    fill(context, ink.pale, 'M102 -16 Q104 -6 98 6 L10 6 Q40 -14 102 -16 Z');
    for (const y of [-9, -3]) {
      context.fillStyle = alpha(ink.shade, 0.6);
      context.fillRect(46, y, 50, 1.4);
    }
    fill(context, ink.shade, 'M18 -10 Q4 8 -16 12 Q2 -4 4 -18 Z');
    oval(context, ink.dark, 76, -26, 2.6);
  },
};
