import type { RecipeCharacter } from '../../engine.ts';
import { type CharacterLook, lookOf } from '../characters.ts';
import { lighten } from '../colour.ts';
import type { Context } from '../stage.ts';
import { type Draw, type Figure, fill, type Ink, limb, oval, stroke } from './brush.ts';

const BODIES: Record<CharacterLook['shape'], string> = {
  egg: 'M0 -88 C24 -88 34 -58 34 -40 C34 -18 20 -10 0 -10 C-20 -10 -34 -18 -34 -40 C-34 -58 -24 -88 0 -88 Z',
  pear: 'M0 -88 C16 -88 21 -74 22 -64 C24 -52 38 -46 38 -30 C38 -14 20 -10 0 -10 C-20 -10 -38 -14 -38 -30 C-38 -46 -24 -52 -22 -64 C-21 -74 -16 -88 0 -88 Z',
  block: 'M-20 -88 H20 Q32 -88 32 -76 V-22 Q32 -10 20 -10 H-20 Q-32 -10 -32 -22 V-76 Q-32 -88 -20 -88 Z',
  cloud:
    'M0 -88 C12 -92 24 -84 24 -74 C36 -72 40 -58 33 -50 C42 -40 38 -26 28 -24 C24 -12 10 -8 0 -12 C-10 -8 -24 -12 -28 -24 C-38 -26 -42 -40 -33 -50 C-40 -58 -36 -72 -24 -74 C-24 -84 -12 -92 0 -88 Z',
};
const SHADES: Record<CharacterLook['shape'], string> = {
  egg: 'M-12 -85 C-26 -76 -34 -56 -34 -40 C-34 -18 -20 -10 0 -10 C-18 -20 -28 -46 -12 -85 Z',
  pear: 'M-10 -85 C-18 -80 -21 -72 -22 -64 C-24 -52 -38 -46 -38 -30 C-38 -14 -20 -10 0 -10 C-22 -20 -24 -36 -12 -56 Z',
  block: 'M-20 -88 Q-32 -88 -32 -76 V-22 Q-32 -10 -20 -10 H-6 Q-22 -16 -22 -32 V-76 Z',
  cloud: 'M-24 -74 C-36 -72 -40 -58 -33 -50 C-42 -40 -38 -26 -28 -24 C-24 -12 -10 -8 0 -12 C-20 -22 -28 -46 -24 -74 Z',
};
const MARKS: Record<CharacterLook['marks'], string> = {
  belly: 'M2 -48 C18 -48 24 -36 22 -26 C20 -16 10 -14 2 -14 C-6 -14 -16 -16 -18 -26 C-20 -36 -14 -48 2 -48 Z',
  stripes:
    'M-30 -46 Q0 -38 31 -46 L32 -39 Q0 -31 -32 -39 Z M-32 -32 Q0 -24 32 -32 L31 -25 Q0 -17 -31 -25 Z M-20 -80 Q0 -74 20 -80 L23 -75 Q0 -69 -23 -75 Z',
  spots:
    'M-22 -44 a7 7 0 1 0 0.1 0 Z M-4 -32 a6 6 0 1 0 0.1 0 Z M18 -46 a5.5 5.5 0 1 0 0.1 0 Z M20 -26 a5 5 0 1 0 0.1 0 Z M-20 -25 a4.5 4.5 0 1 0 0.1 0 Z',
};

/** A friendly creature of its own shape and colours, the same wherever its character appears. */
export function createCharacterFigure(character: RecipeCharacter): Figure {
  const look = lookOf(character);
  const draw: Draw = (context, ink, { seconds, pace }) => {
    const phase = seconds * (3 + 1.4 * pace);
    const bob = Math.abs(Math.sin(phase)) * 2.4;
    for (const [x, offset] of [
      [-13, 0],
      [13, Math.PI],
    ] as const) {
      const swing = Math.sin(phase + offset) * 0.4;
      limb(context, ink.shade, 9, x, -16, 16, swing, 0.1);
      oval(context, ink.dark, x + 4 + Math.sin(swing) * 16, -2, 8, 4);
    }
    context.translate(0, -bob);
    if (look.tail) stroke(context, ink.shade, 8, [-24, -24], [-40, -26], [-50, -42 + 6 * Math.sin(phase)]);
    limb(context, ink.shade, 8, -28, -48, 26, -0.5 + Math.sin(phase) * 0.4, -0.5);
    drawHead(context, ink, look.head, Math.sin(phase * 0.5));
    fill(context, ink.body, BODIES[look.shape]);
    fill(context, ink.glow, MARKS[look.marks]);
    fill(context, ink.shade, SHADES[look.shape]);
    limb(context, ink.light, 8, 28, -48, 26, 0.5 - Math.sin(phase) * 0.5, -0.6);
    drawFace(context, ink, look.eyes, seconds);
  };
  return { draw, aspect: 0.95, size: 1.1 };
}

function drawHead(context: Context, ink: Ink, head: CharacterLook['head'], sway: number): void {
  if (head === 'crest') {
    fill(context, ink.glow, 'M-20 -80 L-22 -102 L-8 -92 L0 -112 L8 -92 L22 -102 L20 -78 Z');
    return;
  }
  if (head === 'leaf') {
    stroke(context, ink.dark, 2.4, [0, -86], [2 + sway, -98]);
    fill(context, ink.glow, 'M2 -97 Q6 -114 28 -112 Q24 -95 2 -97 Z M2 -97 Q-4 -110 -20 -106 Q-14 -94 2 -97 Z');
    return;
  }
  for (const side of [-1, 1]) {
    context.save();
    context.translate(side * 16, -80);
    context.rotate(side * (0.28 + 0.05 * sway));
    if (head === 'round ears') {
      oval(context, ink.body, 0, -8, 12);
      oval(context, ink.glow, 0, -8, 7);
    } else if (head === 'long ears') {
      oval(context, ink.body, 0, -20, 8, 24);
      oval(context, ink.glow, 0, -20, 4, 17);
    } else if (head === 'horns') fill(context, ink.pale, 'M-7 2 Q-6 -18 4 -28 Q8 -10 7 2 Z');
    else {
      stroke(context, ink.dark, 2.4, [0, 0], [side * 2, -22]);
      oval(context, ink.glow, side * 2, -24, 5.5);
    }
    context.restore();
  }
}

function drawFace(context: Context, ink: Ink, eyes: 1 | 2 | 3, seconds: number): void {
  const lid = seconds % 3.1 < 0.13 ? 0.15 : 1;
  const places = { 1: [4], 2: [-7, 14], 3: [-12, 4, 20] }[eyes];
  const radius = { 1: 13, 2: 9.5, 3: 7.5 }[eyes];
  for (const x of places) {
    oval(context, '#fffdf6', x, -64, radius, radius * 1.08 * lid);
    oval(context, '#20222e', x + radius * 0.25, -63, radius * 0.5, radius * 0.55 * lid);
    oval(context, '#ffffff', x + radius * 0.42, -66, radius * 0.17, radius * 0.17 * lid);
  }
  stroke(context, ink.dark, 2.6, [-4, -47], [1, -43.5], [7, -43.5], [12, -47]);
}

/** Its own colours, whatever the scene is painted in. */
export function coloursOf(character: RecipeCharacter): { body: string; glow: string } {
  const { body, second } = lookOf(character);
  return { body, glow: lighten(second, 0.12) };
}
