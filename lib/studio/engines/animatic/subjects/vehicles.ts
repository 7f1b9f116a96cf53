import { alpha } from '../colour.ts';
import type { Context } from '../stage.ts';
import { type Figure, fill, halo, type Ink, limb, oval, stroke } from './brush.ts';

function wheel(context: Context, ink: Ink, x: number, radius: number, turn: number, spokes: number): void {
  oval(context, ink.dark, x, -radius, radius);
  oval(context, ink.pale, x, -radius, radius * 0.55);
  for (let spoke = 0; spoke < spokes; spoke++) {
    const angle = turn + (spoke / spokes) * Math.PI * 2;
    stroke(
      context,
      ink.dark,
      radius * 0.14,
      [x, -radius],
      [x + Math.cos(angle) * radius * 0.5, -radius + Math.sin(angle) * radius * 0.5],
    );
  }
}

function beam(context: Context, ink: Ink, x: number, y: number, reach: number): void {
  const light = context.createLinearGradient(x, 0, x + reach, 0);
  light.addColorStop(0, alpha(ink.glow, 0.55));
  light.addColorStop(1, alpha(ink.glow, 0));
  context.fillStyle = light;
  context.beginPath();
  context.moveTo(x, y - 3);
  context.lineTo(x + reach, y - reach * 0.1);
  context.lineTo(x + reach, y + reach * 0.22);
  context.lineTo(x, y + 3);
  context.fill();
}

export const car: Figure = {
  aspect: 2.3,
  size: 0.72,
  draw(context, ink, { seconds, pace, dark }) {
    const turn = seconds * 9 * pace;
    if (dark) beam(context, ink, 112, -38, 190);
    context.save();
    context.translate(0, Math.sin(seconds * 8) * 0.8);
    fill(
      context,
      ink.body,
      'M-112 -22 Q-118 -56 -86 -62 L-58 -66 Q-40 -98 -6 -98 L14 -98 Q44 -98 60 -66 Q104 -62 114 -44 L116 -20 Q112 -14 104 -14 L-104 -14 Q-112 -14 -112 -22 Z',
    );
    fill(
      context,
      dark ? ink.glow : ink.pale,
      'M-46 -66 Q-34 -90 -8 -90 L-4 -90 L-4 -66 Z M4 -66 L4 -90 L14 -90 Q36 -88 48 -66 Z',
    );
    fill(context, ink.shade, 'M-113 -36 L115 -36 L116 -20 Q112 -14 104 -14 L-104 -14 Q-112 -14 -112 -22 Z');
    fill(context, ink.light, 'M-86 -62 L60 -66 Q92 -63 106 -54 L-100 -54 Z');
    oval(context, ink.glow, 110, -42, 5, 6);
    oval(context, '#ff5a48', -112, -42, 3.5, 6);
    context.restore();
    wheel(context, ink, -66, 21, turn, 5);
    wheel(context, ink, 68, 21, turn, 5);
  },
};

export const train: Figure = {
  aspect: 2.3,
  size: 0.72,
  draw(context, ink, { seconds, pace, dark }) {
    const turn = seconds * 8 * pace;
    for (let puff = 0; puff < 9; puff++) {
      const age = (seconds * 0.4 + puff / 9) % 1;
      oval(context, alpha(ink.pale, 0.5 * (1 - age)), 116 - age * 190, -106 - age * 46, 8 + age * 24);
    }
    if (dark) beam(context, ink, 166, -50, 200);
    for (const left of [-330, -190, -50]) {
      context.save();
      context.translate(left, Math.sin(seconds * 7 + left) * 0.8);
      fill(context, ink.body, 'M0 -84 Q0 -90 6 -90 H118 Q124 -90 124 -84 V-18 H0 Z');
      fill(context, ink.shade, 'M0 -38 H124 V-18 H0 Z');
      fill(context, ink.dark, 'M-4 -93 H128 V-87 H-4 Z M124 -26 H142 V-21 H124 Z');
      fill(
        context,
        dark ? ink.glow : ink.pale,
        'M10 -76 h22 v26 h-22 Z M38 -76 h22 v26 h-22 Z M66 -76 h22 v26 h-22 Z M94 -76 h20 v26 h-20 Z',
      );
      context.restore();
      for (const x of [24, 50, 78, 104]) wheel(context, ink, left + x, 10, turn, 3);
    }
    fill(context, ink.shade, 'M92 -96 h52 v78 h-52 Z');
    fill(context, ink.body, 'M88 -66 H158 Q168 -62 168 -42 Q168 -22 160 -20 H88 Z M106 -84 h16 v22 h-16 Z');
    fill(context, ink.dark, 'M102 -90 h24 v8 h-24 Z M150 -22 H172 L180 -4 H156 Z');
    fill(context, ink.body, 'M84 -100 H112 V-20 H84 Z');
    fill(context, dark ? ink.glow : ink.pale, 'M90 -90 h16 v22 h-16 Z');
    fill(context, ink.dark, 'M80 -104 H116 V-97 H80 Z');
    oval(context, ink.glow, 167, -50, 5);
    for (const x of [98, 126, 152]) wheel(context, ink, x, 13, turn, 4);
    stroke(
      context,
      ink.pale,
      3,
      [98 + Math.cos(turn) * 6, -13 + Math.sin(turn) * 6],
      [152 + Math.cos(turn) * 6, -13 + Math.sin(turn) * 6],
    );
  },
};

export const bicycle: Figure = {
  aspect: 1.05,
  size: 1.1,
  draw(context, ink, { seconds, pace, dark }) {
    const turn = seconds * 5 * pace;
    if (dark) beam(context, ink, 34, -42, 110);
    for (const x of [-32, 32]) {
      context.strokeStyle = ink.dark;
      context.lineWidth = 3;
      context.beginPath();
      context.arc(x, -20, 18.5, 0, Math.PI * 2);
      context.stroke();
      for (let spoke = 0; spoke < 6; spoke++) {
        const angle = turn + (spoke / 6) * Math.PI * 2;
        stroke(context, alpha(ink.dark, 0.55), 0.7, [x, -20], [x + Math.cos(angle) * 18, -20 + Math.sin(angle) * 18]);
      }
    }
    const pedal = (side: number): [number, number] => [-2 + Math.cos(turn + side) * 7, -20 + Math.sin(turn + side) * 7];
    const leg = (side: number, colour: string) => {
      const [x, y] = pedal(side);
      stroke(context, colour, 5.6, [-13, -52], [6 + x * 0.35, -42 + (y + 20) * 0.45], [x, y]);
      stroke(context, ink.dark, 4, [x - 1, y], [x + 4, y]);
    };
    leg(Math.PI, ink.dark);
    stroke(context, ink.body, 3, [-32, -20], [-2, -20], [-15, -46], [-32, -20]);
    stroke(context, ink.body, 3, [-2, -20], [22, -46], [-13, -44]);
    stroke(context, ink.body, 3, [32, -20], [21, -52], [27, -55]);
    stroke(context, ink.dark, 4, [-20, -48], [-8, -48]);
    leg(0, ink.shade);
    fill(context, ink.light, 'M-18 -50 Q-14 -72 4 -80 Q12 -80 12 -72 Q4 -60 -6 -48 Z');
    limb(context, ink.body, 5, 6, -74, 32, 0.85, -0.5);
    oval(context, '#e2b08c', 11, -87, 7);
    fill(context, ink.body, 'M2 -89 Q4 -100 14 -99 Q21 -97 20 -89 Z');
  },
};

export const rocket: Figure = {
  aspect: 0.5,
  size: 1.35,
  draw(context, ink, { seconds }) {
    const flicker = 1 + 0.12 * Math.sin(seconds * 31) + 0.08 * Math.sin(seconds * 47);
    halo(context, '#ffb35c', 0, 62, 75, 0.75);
    for (let puff = 0; puff < 16; puff++) {
      const age = (seconds * 0.7 + puff / 16) % 1;
      const sway = Math.sin(puff * 2.4) * age * 26;
      oval(context, alpha(ink.pale, 0.34 * (1 - age)), sway, 66 + age * 150, 5 + age * 24);
    }
    for (const [width, length, colour] of [
      [11, 62, '#ff7a2f'],
      [7.5, 44, '#ffc04d'],
      [4, 26, '#fff6d8'],
    ] as const) {
      context.fillStyle = colour;
      context.beginPath();
      context.moveTo(-width, 42);
      context.quadraticCurveTo(-width * 1.1, 42 + length * 0.5, 0, 42 + length * flicker);
      context.quadraticCurveTo(width * 1.1, 42 + length * 0.5, width, 42);
      context.fill();
    }
    fill(context, ink.glow, 'M-15 8 Q-30 22 -28 46 L-14 36 Z M15 8 Q30 22 28 46 L14 36 Z');
    fill(context, ink.body, 'M0 -54 Q-20 -30 -18 4 Q-17 26 -12 42 L12 42 Q17 26 18 4 Q20 -30 0 -54 Z');
    fill(context, ink.shade, 'M0 -54 Q20 -30 18 4 Q17 26 12 42 L4 42 Q10 0 0 -54 Z');
    fill(context, ink.glow, 'M0 -54 Q-11 -42 -15 -26 L15 -26 Q11 -42 0 -54 Z');
    oval(context, ink.dark, 0, -6, 8.5);
    oval(context, '#8fd3f5', 0, -6, 6.2);
    oval(context, '#d8f1fd', -2, -8, 2.2);
    fill(context, ink.dark, 'M-9 41 H9 L7 47 H-7 Z M-2.5 18 H2.5 V44 H-2.5 Z');
  },
};
