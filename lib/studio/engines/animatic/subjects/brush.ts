import { Path2D } from '@napi-rs/canvas';
import { alpha } from '../colour.ts';
import type { Context } from '../stage.ts';

/** The colours that one subject is drawn with, in the light of its scene. */
export interface Ink {
  body: string;
  light: string;
  shade: string;
  /** For what is nearly black: wheels, outlines, eyes. */
  dark: string;
  /** For what is nearly white: sails, snouts, windows by day. */
  pale: string;
  /** For what shines by itself. */
  glow: string;
}

/**
 * Draws one subject, facing right, in a box 100 units high. What stands or floats has its foot at 0,0; what hangs in the
 * air has its centre there.
 */
export type Draw = (context: Context, ink: Ink, moment: { seconds: number; pace: number; dark: boolean }) => void;

export interface Figure {
  draw: Draw;
  /** Width of the box for a height of 1. */
  aspect: number;
  /** Height in the picture; 1 is the usual one. */
  size: number;
}

const paths = new Map<string, Path2D>();

/** Fills an SVG path. Paths are parsed once, so only written ones may be given, never computed ones. */
export function fill(context: Context, colour: string, path: string): void {
  let parsed = paths.get(path);
  if (!parsed) {
    parsed = new Path2D(path);
    paths.set(path, parsed);
  }
  context.fillStyle = colour;
  context.fill(parsed);
}

export function oval(
  context: Context,
  colour: string,
  x: number,
  y: number,
  radiusX: number,
  radiusY = radiusX,
  turn = 0,
): void {
  context.fillStyle = colour;
  context.beginPath();
  context.ellipse(x, y, radiusX, radiusY, turn, 0, Math.PI * 2);
  context.fill();
}

/** A round-ended line through points. */
export function stroke(context: Context, colour: string, width: number, ...points: [number, number][]): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

export function halo(context: Context, colour: string, x: number, y: number, radius: number, strength: number): void {
  const gradient = context.createRadialGradient(x, y, 0, x, y, radius);
  gradient.addColorStop(0, alpha(colour, strength));
  gradient.addColorStop(0.4, alpha(colour, strength * 0.35));
  gradient.addColorStop(1, alpha(colour, 0));
  context.fillStyle = gradient;
  context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}

/** A leg or an arm of two parts, swinging from a joint. Angles in radians from straight down, forward is positive. */
export function limb(
  context: Context,
  colour: string,
  width: number,
  x: number,
  y: number,
  length: number,
  swing: number,
  bend: number,
): void {
  const kneeX = x + Math.sin(swing) * length * 0.5;
  const kneeY = y + Math.cos(swing) * length * 0.5;
  const footX = kneeX + Math.sin(swing - bend) * length * 0.5;
  const footY = kneeY + Math.cos(swing - bend) * length * 0.5;
  stroke(context, colour, width, [x, y], [kneeX, kneeY], [footX, footY]);
}
