import { alpha, mix } from '../colour.ts';
import { type Figure, fill, halo, oval, stroke } from './brush.ts';

export const cup: Figure = {
  aspect: 1.35,
  size: 1,
  draw(context, ink, { seconds }) {
    for (let wisp = 0; wisp < 3; wisp++) {
      const centre = (rise: number) =>
        -20 + wisp * 18 + Math.sin(rise * 5 - seconds * 1.7 + wisp * 2) * (2 + rise * 12);
      const steam = context.createLinearGradient(0, -76, 0, -172);
      steam.addColorStop(0, alpha('#fffaf0', 0));
      steam.addColorStop(0.3, alpha('#fffaf0', 0.42));
      steam.addColorStop(1, alpha('#fffaf0', 0));
      context.fillStyle = steam;
      context.beginPath();
      for (let at = 0; at <= 16; at++) context.lineTo(centre(at / 16) - 2 - at * 0.4, -76 - at * 6);
      for (let at = 16; at >= 0; at--) context.lineTo(centre(at / 16) + 2 + at * 0.4, -76 - at * 6);
      context.fill();
    }
    oval(context, alpha(ink.dark, 0.3), 4, -1, 78, 11);
    oval(context, ink.shade, 0, -6, 70, 10);
    oval(context, ink.light, 0, -9, 70, 9.5);
    oval(context, ink.shade, 0, -9, 44, 5);
    context.strokeStyle = ink.shade;
    context.lineWidth = 8;
    context.beginPath();
    context.ellipse(46, -48, 19, 18, 0, -1.5, 1.9);
    context.stroke();
    fill(context, ink.body, 'M-48 -72 Q-46 -24 -22 -12 Q0 -7 22 -12 Q46 -24 48 -72 Z');
    fill(context, ink.shade, 'M48 -72 Q46 -24 22 -12 Q10 -9 0 -9 Q28 -26 26 -72 Z');
    fill(context, alpha('#ffffff', 0.35), 'M-40 -64 Q-38 -32 -24 -20 Q-30 -40 -30 -64 Z');
    oval(context, ink.light, 0, -72, 48, 10);
    oval(context, '#4a2a18', 0, -71.5, 42, 7.6);
    oval(context, '#8a5a36', -7, -72.5, 24, 3.8);
  },
};

export const candle: Figure = {
  aspect: 0.5,
  size: 0.95,
  draw(context, ink, { seconds }) {
    const sway = Math.sin(seconds * 3.1) * 2.2 + Math.sin(seconds * 7.7);
    const flicker = 0.86 + 0.1 * Math.sin(seconds * 9) + 0.04 * Math.sin(seconds * 23);
    halo(context, '#ffb54d', 0, -82, 190, 0.5 * flicker);
    oval(context, ink.dark, 0, -3, 34, 7);
    oval(context, mix('#b8863f', ink.dark, 0.2), 0, -6, 32, 6);
    fill(context, ink.body, 'M-14 -66 Q0 -70 14 -66 L15 -7 Q0 -1 -15 -7 Z');
    fill(context, ink.shade, 'M4 -68 Q10 -68 14 -66 L15 -7 Q9 -4 4 -4 Z');
    fill(context, ink.light, 'M-14 -66 Q0 -60 14 -66 Q14 -52 9 -52 Q7 -58 4 -60 Q0 -60 -3 -50 Q-7 -48 -9 -60 Z');
    stroke(context, ink.dark, 1.6, [0, -66], [0.6, -74]);
    for (const [width, height, colour] of [
      [7.5, 32, '#ff9b2f'],
      [5, 23, '#ffd25e'],
      [2.6, 12, '#fffbe6'],
    ] as const) {
      context.fillStyle = colour;
      context.beginPath();
      context.moveTo(0, -70);
      context.bezierCurveTo(
        -width * 1.5,
        -76,
        -width * 0.5,
        -70 - height * 0.6,
        sway * (height / 32),
        -70 - height * flicker,
      );
      context.bezierCurveTo(width * 0.6, -70 - height * 0.6, width * 1.5, -76, 0, -70);
      context.fill();
    }
  },
};

export const flower: Figure = {
  aspect: 0.7,
  size: 1.1,
  draw(context, ink, { seconds }) {
    const sway = Math.sin(seconds * 1.2) * 5;
    const stem = '#3d7a3c';
    context.strokeStyle = stem;
    context.lineWidth = 3.4;
    context.beginPath();
    context.moveTo(0, 4);
    context.quadraticCurveTo(-3, -34, sway, -70);
    context.stroke();
    fill(context, stem, 'M-1 -16 Q-30 -22 -36 -42 Q-12 -40 -1 -16 Z M-1 -28 Q22 -32 30 -52 Q8 -50 -1 -28 Z');
    context.translate(sway, -72);
    context.rotate(sway * 0.02);
    for (const [ring, colour, reach] of [
      [0, ink.shade, 27],
      [1, ink.body, 24],
      [2, ink.light, 15],
    ] as const) {
      for (let petal = 0; petal < 8; petal++) {
        const angle = ((petal + ring * 0.5) / 8) * Math.PI * 2;
        oval(
          context,
          colour,
          Math.cos(angle) * reach * 0.62,
          Math.sin(angle) * reach * 0.62,
          reach * 0.5,
          reach * 0.27,
          angle,
        );
      }
    }
    oval(context, '#f2b632', 0, 0, 7);
    oval(context, '#c9861d', 1, 1.4, 4);
  },
};

export const tree: Figure = {
  aspect: 0.95,
  size: 1.55,
  draw(context, ink, { seconds }) {
    const bark = '#5b3b28';
    fill(
      context,
      bark,
      'M-8 4 Q-3 -20 -4 -46 L-22 -62 L-19 -65 L-3 -54 L-1 -72 L3 -72 L4 -52 L20 -66 L23 -63 L5 -42 Q4 -18 10 4 Z',
    );
    const puffs = [
      [-26, -62, 18],
      [26, -64, 18],
      [-14, -80, 19],
      [16, -82, 18],
      [0, -66, 22],
      [2, -88, 13],
    ] as const;
    for (const [layer, colour] of [ink.shade, ink.body, ink.light].entries()) {
      for (const [index, [x, y, radius]] of puffs.entries()) {
        const sway = Math.sin(seconds * 1.1 + index * 0.9) * 0.9;
        if (layer === 2 && index % 2 === 1) continue;
        oval(context, colour, x + sway - layer * 2.4, y - layer * 3 + 3, radius * (1 - layer * 0.2));
      }
    }
  },
};

export const house: Figure = {
  aspect: 1.35,
  size: 1.1,
  draw(context, ink, { seconds, dark }) {
    for (let puff = 0; puff < 6; puff++) {
      const age = (seconds * 0.16 + puff / 6) % 1;
      oval(
        context,
        alpha(ink.pale, 0.4 * (1 - age)),
        30 + age * 26 + Math.sin(age * 5) * 4,
        -98 - age * 46,
        4 + age * 11,
      );
    }
    fill(context, ink.dark, 'M24 -96 h12 v30 h-12 Z');
    fill(context, ink.pale, 'M-52 -56 H50 V2 H-52 Z');
    fill(context, alpha(ink.dark, 0.22), 'M14 -56 H50 V2 H14 Z');
    fill(context, ink.body, 'M-62 -52 L-20 -92 L14 -52 Z');
    fill(context, ink.shade, 'M-20 -92 L36 -92 L62 -52 L14 -52 Z');
    fill(context, ink.pale, 'M-47 -53 L-20 -79 L3 -53 Z');
    const pane = dark ? ink.glow : mix(ink.glow, '#9fc4dc', 0.55);
    if (dark) halo(context, ink.glow, -20, -30, 80, 0.4);
    fill(context, pane, 'M-42 -42 h15 v17 h-15 Z M24 -42 h17 v17 h-17 Z M-26 -68 h12 v10 h-12 Z');
    fill(context, ink.shade, 'M-16 -36 h18 v38 h-18 Z');
    stroke(context, ink.dark, 1, [-34.5, -42], [-34.5, -25]);
    stroke(context, ink.dark, 1, [32.5, -42], [32.5, -25]);
    oval(context, ink.glow, -2, -16, 1.4);
  },
};

export const lighthouse: Figure = {
  aspect: 0.95,
  size: 1.75,
  draw(context, ink, { seconds, dark }) {
    const turn = seconds * 0.9;
    for (const side of [0, Math.PI]) {
      const facing = Math.cos(turn + side);
      const reach = 260 * facing;
      const strength = dark ? 0.5 : 0.34;
      const light = context.createLinearGradient(0, 0, reach, 0);
      light.addColorStop(0, alpha('#fff3c4', strength));
      light.addColorStop(1, alpha('#fff3c4', 0));
      context.fillStyle = light;
      context.beginPath();
      context.moveTo(0, -88);
      context.lineTo(reach, -112 - 10 * Math.abs(facing));
      context.lineTo(reach, -62 + 10 * Math.abs(facing));
      context.fill();
    }
    const rock = mix(ink.dark, '#5d5a62', 0.4);
    fill(context, ink.pale, 'M-15 -8 L-9.5 -76 H9.5 L15 -8 Z');
    fill(context, ink.body, 'M-14 -20 L-12.6 -37 H12.6 L14 -20 Z M-11.4 -52 L-10.2 -67 H10.2 L11.4 -52 Z');
    fill(context, alpha(ink.dark, 0.3), 'M4 -76 H9.5 L15 -8 H4 Z');
    fill(context, ink.dark, 'M-13 -79 H13 V-75 H-13 Z');
    fill(context, '#fff1b8', 'M-6.5 -92 H6.5 V-79 H-6.5 Z');
    fill(context, ink.body, 'M-9 -91 Q0 -104 9 -91 Z');
    halo(context, '#fff1b8', 0, -86, 34, 0.75);
    fill(context, ink.dark, 'M-3 -8 V-15 Q0 -18 3 -15 V-8 Z');
    fill(context, rock, 'M-58 8 Q-50 -6 -34 -5 Q-26 -14 -10 -11 Q8 -16 22 -9 Q36 -10 42 -2 Q56 0 60 8 Z');
    fill(context, alpha('#ffffff', 0.16), 'M-50 0 Q-46 -5 -34 -5 Q-26 -14 -10 -11 Q-24 -7 -28 0 Z');
  },
};

export const form: Figure = {
  aspect: 1,
  size: 1.15,
  draw(context, ink, { seconds }) {
    halo(context, ink.body, 0, 0, 110, 0.42);
    for (let ring = 0; ring < 3; ring++) {
      const turn = seconds * (0.4 + ring * 0.13) + ring * 1.1;
      context.strokeStyle = alpha(ring === 1 ? ink.pale : ink.light, 0.75);
      context.lineWidth = 1.6;
      context.beginPath();
      context.ellipse(0, 0, 50 + ring * 7, 14 + 9 * Math.abs(Math.sin(turn * 0.7)), turn, 0, Math.PI * 2);
      context.stroke();
      oval(
        context,
        ink.glow,
        Math.cos(turn * 2) * (50 + ring * 7) * Math.cos(turn),
        Math.cos(turn * 2) * (50 + ring * 7) * Math.sin(turn),
        3,
      );
    }
    const orb = context.createRadialGradient(-12, -14, 2, 0, 0, 36);
    orb.addColorStop(0, ink.pale);
    orb.addColorStop(0.35, ink.light);
    orb.addColorStop(0.75, ink.body);
    orb.addColorStop(1, ink.shade);
    context.fillStyle = orb;
    context.beginPath();
    for (let at = 0; at <= 72; at++) {
      const angle = (at / 72) * Math.PI * 2;
      const radius = 34 + 2.6 * Math.sin(angle * 3 + seconds * 1.4) + 1.8 * Math.sin(angle * 5 - seconds * 1.9);
      context.lineTo(Math.cos(angle) * radius, Math.sin(angle) * radius);
    }
    context.fill();
  },
};
