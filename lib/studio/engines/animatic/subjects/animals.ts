import type { Context } from '../stage.ts';
import { type Draw, type Figure, fill, type Ink, limb, oval, stroke } from './brush.ts';

/** Four legs in a trot: opposite ones together. */
function legs(
  context: Context,
  ink: Ink,
  seconds: number,
  pace: number,
  shape: { front: number; rear: number; top: number; length: number; width: number },
): void {
  const phase = seconds * (4.4 + 3 * pace);
  const reach = 0.26 + 0.16 * pace;
  for (const [x, offset, colour] of [
    [shape.front - 5, Math.PI, ink.shade],
    [shape.rear + 6, 0, ink.shade],
    [shape.front, 0, ink.body],
    [shape.rear, Math.PI, ink.body],
  ] as const) {
    const swing = Math.sin(phase + offset) * reach;
    const bend = Math.max(0, Math.cos(phase + offset)) * 0.75;
    limb(context, colour, shape.width, x, shape.top, shape.length, swing, bend);
  }
}

const drawFox: Draw = (context, ink, { seconds, pace }) => {
  const bob = Math.abs(Math.sin(seconds * (4.4 + 3 * pace))) * 2.5;
  const wag = Math.sin(seconds * 3.1) * 4;
  context.translate(0, -bob);
  context.fillStyle = ink.body;
  context.beginPath();
  context.moveTo(-38, -52);
  context.bezierCurveTo(-62, -44 + wag, -82, -40 + wag, -104, -62 + wag);
  context.bezierCurveTo(-98, -30 + wag, -70, -20, -38, -38);
  context.fill();
  context.fillStyle = ink.pale;
  context.beginPath();
  context.moveTo(-104, -62 + wag);
  context.quadraticCurveTo(-94, -52 + wag, -84, -49 + wag);
  context.quadraticCurveTo(-86, -40 + wag, -84, -33 + wag * 0.8);
  context.quadraticCurveTo(-100, -40 + wag, -104, -62 + wag);
  context.fill();
  legs(context, { ...ink, body: ink.dark, shade: ink.dark }, seconds, pace, {
    front: 30,
    rear: -32,
    top: -34,
    length: 36 + bob,
    width: 6,
  });
  fill(context, ink.shade, 'M-42 -50 Q-44 -32 -28 -32 L30 -32 Q42 -36 44 -54 Z');
  fill(
    context,
    ink.body,
    'M-42 -46 Q-40 -64 -18 -63 Q10 -62 28 -70 Q46 -76 50 -62 Q50 -44 36 -38 Q0 -34 -30 -36 Q-42 -38 -42 -46 Z',
  );
  fill(context, ink.pale, 'M50 -60 Q50 -44 36 -37 Q26 -35 22 -37 Q36 -46 40 -62 Z');
  fill(
    context,
    ink.body,
    'M34 -78 Q36 -90 40 -100 Q46 -94 50 -87 L57 -86 Q60 -94 66 -98 Q68 -88 66 -80 Q74 -72 86 -67 Q78 -58 60 -58 Q40 -60 34 -78 Z',
  );
  fill(context, ink.pale, 'M60 -69 Q72 -70 86 -67 Q78 -58 60 -58 Q50 -59 46 -63 Q52 -68 60 -69 Z');
  fill(context, ink.dark, 'M40 -97 Q45 -92 47 -88 L40 -86 Z M65 -95 Q66 -90 65 -85 L60 -87 Z');
  oval(context, ink.dark, 85, -66.5, 2.4);
  oval(context, ink.dark, 63, -76, 2);
};

const drawCat: Draw = (context, ink, { seconds, pace }) => {
  const curl = Math.sin(seconds * 2) * 7;
  context.strokeStyle = ink.body;
  context.lineWidth = 6;
  context.lineCap = 'round';
  context.beginPath();
  context.moveTo(-40, -50);
  context.bezierCurveTo(-64, -52, -60, -84, -70 + curl, -98);
  context.stroke();
  legs(context, ink, seconds, pace * 0.7, { front: 30, rear: -34, top: -34, length: 36, width: 7 });
  fill(
    context,
    ink.body,
    'M-44 -46 Q-42 -64 -16 -62 Q12 -60 30 -64 Q44 -64 44 -50 Q42 -36 24 -35 L-30 -34 Q-44 -34 -44 -46 Z',
  );
  fill(context, ink.body, 'M30 -76 L32 -99 L44 -88 L54 -88 L65 -98 L67 -75 Q66 -58 48 -57 Q32 -58 30 -76 Z');
  fill(context, ink.shade, 'M34 -93 L41 -87 L35 -82 Z M63 -92 L57 -87 L63 -82 Z');
  oval(context, ink.glow, 43, -76, 2.7, 3.4);
  oval(context, ink.glow, 57, -76, 2.7, 3.4);
  oval(context, ink.dark, 43.6, -76, 1, 3);
  oval(context, ink.dark, 57.6, -76, 1, 3);
  fill(context, ink.light, 'M47 -69 h6 l-3 3.4 Z');
  stroke(context, ink.light, 0.7, [56, -67], [70, -70]);
  stroke(context, ink.light, 0.7, [56, -66], [70, -65]);
};

const drawDog: Draw = (context, ink, { seconds, pace }) => {
  const wag = Math.sin(seconds * 9) * 8;
  const bob = Math.abs(Math.sin(seconds * (4.4 + 3 * pace))) * 2;
  context.translate(0, -bob);
  stroke(context, ink.body, 6, [-40, -56], [-54, -70], [-58 + wag * 0.6, -84]);
  legs(context, ink, seconds, pace, { front: 28, rear: -32, top: -34, length: 36 + bob, width: 8 });
  fill(
    context,
    ink.body,
    'M-44 -48 Q-44 -66 -20 -64 Q10 -62 28 -68 Q46 -70 46 -52 Q44 -36 28 -34 L-30 -35 Q-44 -36 -44 -48 Z',
  );
  fill(context, ink.pale, 'M46 -54 Q44 -36 28 -34 Q24 -34 20 -35 Q36 -44 38 -58 Z');
  fill(context, ink.body, 'M32 -80 Q38 -96 54 -95 Q66 -94 68 -83 L84 -77 Q88 -68 80 -66 L62 -62 Q46 -58 34 -66 Z');
  fill(context, ink.shade, 'M36 -92 Q28 -86 28 -66 Q36 -62 43 -70 Q48 -86 44 -94 Z');
  oval(context, ink.dark, 84, -75, 3);
  oval(context, ink.dark, 62, -84, 2.2);
  fill(context, ink.glow, 'M34 -64 L48 -58 L46 -53 L33 -59 Z');
};

const drawDeer: Draw = (context, ink, { seconds, pace }) => {
  legs(context, ink, seconds, pace * 0.6, { front: 18, rear: -28, top: -36, length: 38, width: 4.2 });
  fill(
    context,
    ink.body,
    'M-36 -46 Q-34 -58 -14 -57 Q8 -56 18 -60 Q24 -66 28 -78 L40 -78 Q36 -60 30 -46 Q26 -36 10 -36 L-24 -35 Q-36 -36 -36 -46 Z',
  );
  fill(context, ink.pale, 'M-37 -50 Q-42 -48 -39 -41 L-34 -42 Z M30 -46 Q26 -36 10 -36 L6 -36 Q22 -42 28 -56 Z');
  fill(context, ink.body, 'M27 -77 Q27 -86 36 -86 Q46 -84 56 -77 Q56 -72 50 -72 L36 -71 Z');
  fill(context, ink.shade, 'M28 -83 Q18 -88 17 -84 Q20 -78 28 -79 Z');
  for (const lean of [0, 6]) {
    const [x, colour] = [30 + lean, lean ? ink.body : ink.shade];
    stroke(context, colour, 2, [x, -85], [x - 3, -94], [x + 4, -104]);
    stroke(context, colour, 1.8, [x - 2, -92], [x - 10, -100]);
    stroke(context, colour, 1.8, [x, -97], [x + 10, -99]);
  }
  oval(context, ink.dark, 41, -80, 1.7);
  oval(context, ink.dark, 55.5, -75.5, 1.8);
};

const drawHorse: Draw = (context, ink, { seconds, pace }) => {
  const phase = seconds * (4.4 + 3 * pace);
  const bob = Math.abs(Math.sin(phase)) * 3.5;
  const flow = Math.sin(seconds * 4.2) * 5;
  context.translate(0, -bob);
  context.fillStyle = ink.dark;
  context.beginPath();
  context.moveTo(-42, -60);
  context.bezierCurveTo(-58, -66 + flow, -72, -50 - flow, -84, -34 + flow);
  context.bezierCurveTo(-66, -38, -56, -34 - flow, -40, -50);
  context.fill();
  legs(context, ink, seconds, pace, { front: 28, rear: -34, top: -42, length: 44 + bob, width: 6 });
  fill(
    context,
    ink.body,
    'M-46 -54 Q-46 -68 -24 -67 Q2 -62 20 -68 Q30 -78 40 -96 L54 -88 Q46 -70 42 -56 Q38 -40 22 -39 Q-8 -38 -28 -40 Q-46 -42 -46 -54 Z',
  );
  fill(context, ink.body, 'M38 -92 Q42 -102 52 -100 Q62 -94 74 -80 Q76 -74 70 -72 L62 -74 Q52 -80 46 -82 Z');
  fill(context, ink.body, 'M44 -97 L44 -107 L51 -100 Z');
  context.fillStyle = ink.dark;
  context.beginPath();
  context.moveTo(50, -102);
  context.bezierCurveTo(36, -102 + flow * 0.3, 26, -88, 10 - flow, -74 - flow * 0.6);
  context.bezierCurveTo(18, -72, 22, -68, 24, -66);
  context.bezierCurveTo(32, -78, 40, -88, 46, -94);
  context.fill();
  fill(context, ink.shade, 'M-30 -41 Q-8 -38 22 -39 Q34 -40 39 -48 Q20 -44 -34 -46 Z');
  oval(context, ink.dark, 57, -90, 1.9);
};

export const fox: Figure = { aspect: 1.9, size: 0.85, draw: drawFox };
export const cat: Figure = { aspect: 1.4, size: 0.8, draw: drawCat };
export const dog: Figure = { aspect: 1.45, size: 0.8, draw: drawDog };
export const deer: Figure = { aspect: 1, size: 1.15, draw: drawDeer };
export const horse: Figure = { aspect: 1.55, size: 1.1, draw: drawHorse };
