import type { Image } from '@napi-rs/canvas';
import type { Recipe } from '../engine.ts';
import { viewAt } from './camera.ts';
import { createOverlay } from './overlay.ts';
import { createLayers } from './places.ts';
import { paintReference } from './reference.ts';
import { paletteOfReference } from './referencePalette.ts';
import { type Context, createStage, type Stage } from './stage.ts';
import { SUBJECTS } from './subjectTraits.ts';
import { createVignette } from './vignette.ts';

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
  const stage = createStage(recipe, reference ? paletteOfReference(reference, recipe.palette) : recipe.palette);
  const { camera, pace, cast } = stage.scene;
  const travels = cast.slice(0, 1).some(({ subject }) => SUBJECTS[subject].moves);
  const layers = createLayers(stage);
  const vignette = createVignette(width, height);
  const overlay = createOverlay(recipe);
  return {
    width,
    height,
    frames: ends.at(-1) ?? 0,
    paint(context, frame) {
      const seconds = frame / fps;
      const view = viewAt(camera, seconds, pace, travels);
      for (const layer of layers) {
        const depth = Math.min(layer.depth, 1.4);
        const zoom = 1 + (view.zoom - 1) * (0.35 + 0.65 * depth);
        setView(context, stage, zoom, view.y * (0.35 + 0.65 * depth));
        layer.paint(context, { seconds, x: view.x });
      }
      context.resetTransform();
      context.drawImage(vignette, 0, 0);
      if (reference) paintReference(context, reference, width, height, seconds);
      const segment = ends.findIndex((end) => frame < end);
      overlay(context, frame, segment < 0 ? ends.length - 1 : segment);
    },
  };
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
