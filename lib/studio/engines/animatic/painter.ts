import { createCanvas, type Image } from '@napi-rs/canvas';
import type { Recipe } from '../engine.ts';
import type { View } from './camera.ts';
import { type Chapter, createChapters } from './chapters.ts';
import { createOverlay } from './overlay.ts';
import { paintReference } from './reference.ts';
import type { Context, Stage } from './stage.ts';
import { createVignette } from './vignette.ts';

/** How long a segment takes to become what its changes ask for; its first frame still shows the scene before. */
const TURN_SECONDS = 2;

export interface Painter {
  /** Pixels */
  width: number;
  height: number;
  /** How many frames the clip has. */
  frames: number;
  /** Draws one frame of the clip; which were drawn before makes no difference. */
  paint(context: Context, frame: number): void;
}

/** A reference image stands first and lends the scene its colours. */
export function createPainter(recipe: Recipe, reference?: Image): Painter {
  const { width, height, fps, segments } = recipe;
  const ends: number[] = [];
  for (const { seconds } of segments) ends.push((ends.at(-1) ?? 0) + Math.round(seconds * fps));
  const chapters = createChapters(recipe, reference);
  const vignette = createVignette(width, height);
  const overlay = createOverlay(recipe);
  let spare: Context | undefined;
  return {
    width,
    height,
    frames: ends.at(-1) ?? 0,
    paint(context, frame) {
      const seconds = frame / fps;
      const found = ends.findIndex((end) => frame < end);
      const segment = found < 0 ? ends.length - 1 : found;
      const [before, chapter] = [chapters[segment - 1], chapters[segment]];
      const turn = smooth((frame - (ends[segment - 1] ?? 0)) / (TURN_SECONDS * fps));
      if (chapter && before && before !== chapter && turn < 1) {
        const view = between(before.view(seconds), chapter.view(seconds), turn);
        paintScene(context, before, view, seconds);
        spare ??= createCanvas(width, height).getContext('2d');
        paintScene(spare, chapter, view, seconds);
        context.resetTransform();
        context.globalAlpha = turn;
        context.drawImage(spare.canvas, 0, 0);
        context.globalAlpha = 1;
      } else if (chapter) paintScene(context, chapter, chapter.view(seconds), seconds);
      context.resetTransform();
      context.drawImage(vignette, 0, 0);
      if (reference) paintReference(context, reference, width, height, seconds);
      overlay(context, frame, segment);
    },
  };
}

function paintScene(context: Context, { stage, layers }: Chapter, view: View, seconds: number): void {
  for (const layer of layers) {
    const depth = Math.min(layer.depth, 1.4);
    const zoom = 1 + (view.zoom - 1) * (0.35 + 0.65 * depth);
    setView(context, stage, zoom, view.y * (0.35 + 0.65 * depth));
    layer.paint(context, { seconds, x: view.x });
  }
}

/** Zooms about the middle of what stands on the ground. */
function setView(context: Context, stage: Stage, zoom: number, shift: number): void {
  const scale = stage.scale * zoom;
  const middleX = stage.width / 2;
  const middleY = stage.height * 0.6;
  context.setTransform(
    scale,
    0,
    0,
    scale,
    stage.scale * (middleX - middleX * zoom),
    stage.scale * (middleY - middleY * zoom + shift),
  );
}

function between(first: View, second: View, share: number): View {
  const part = (from: number, to: number) => from + (to - from) * share;
  return { x: part(first.x, second.x), y: part(first.y, second.y), zoom: part(first.zoom, second.zoom) };
}

function smooth(progress: number): number {
  const bounded = Math.max(0, Math.min(1, progress));
  return bounded * bounded * (3 - 2 * bounded);
}
