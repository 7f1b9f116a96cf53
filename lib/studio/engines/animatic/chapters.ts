import { isDeepStrictEqual } from 'node:util';
import type { Image } from '@napi-rs/canvas';
import type { Recipe } from '../engine.ts';
import { type View, viewAt } from './camera.ts';
import { sceneOf } from './changes.ts';
import { mix } from './colour.ts';
import { createLayers } from './places.ts';
import { paletteOfReference } from './referencePalette.ts';
import type { Scene } from './scene.ts';
import { createStage, type Layer, type Stage } from './stage.ts';
import { SUBJECTS } from './subjectTraits.ts';

/** A stretch of a clip in which one scene is seen. */
export interface Chapter {
  stage: Stage;
  layers: Layer[];
  /** Where the camera is at a second of the clip, and a while after the chapter's end. */
  view(seconds: number): View;
}

/** The chapter of each segment; segments that show the same share one. A reference image lends the scene its colours. */
export function createChapters(recipe: Recipe, reference: Image | undefined): Chapter[] {
  const chapters: Chapter[] = [];
  const borrowed = reference ? paletteOfReference(reference, recipe.palette) : recipe.palette;
  let start = 0;
  for (const [index, { seconds, palette = recipe.palette }] of recipe.segments.entries()) {
    const scene = sceneOf(recipe, index);
    const stage = createStage(recipe, scene, reference ? withChanges(recipe.palette, borrowed, palette) : palette);
    const last = chapters.at(-1);
    const same = last && isDeepStrictEqual(last.stage, stage);
    chapters.push(same ? last : { stage, layers: createLayers(stage), view: createView(scene, start, last) });
    start += seconds;
  }
  return chapters;
}

/** The camera of a scene. A new move begins where the one before it stands. */
function createView(scene: Scene, start: number, before: Chapter | undefined): Chapter['view'] {
  const own = (seconds: number) => viewAt(scene.camera, seconds, scene.pace, travels(scene));
  if (before === undefined) return own;
  const old = before.stage.scene;
  if (old.camera === scene.camera && old.pace === scene.pace && travels(old) === travels(scene)) return before.view;
  const gone = before.view(start).x;
  return (seconds) => {
    const view = own(Math.max(0, seconds - start));
    return { ...view, x: view.x + gone };
  };
}

function travels({ cast }: Scene): boolean {
  return cast.slice(0, 1).some(({ subject }) => SUBJECTS[subject].moves);
}

/** What a change coloured shows through the reference's colours. */
function withChanges(planned: readonly string[], borrowed: readonly string[], changed: readonly string[]): string[] {
  return changed.map((colour, index) => {
    const lent = borrowed[index] ?? colour;
    return colour === planned[index] ? lent : mix(colour, lent, 0.25);
  });
}
