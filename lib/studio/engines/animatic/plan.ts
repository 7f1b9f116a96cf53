import type { PlanRequest, Recipe } from '../engine.ts';
import { planPalette } from './palette.ts';

const FPS = 24;

export function planRecipe({ prompt, seconds, width, height, seed: asked, characters = [] }: PlanRequest): Recipe {
  const seed = asked >>> 0;
  const segments = [{ prompt, seconds }];
  const palette = planPalette(prompt, seed, characters);
  const recipe: Recipe = { version: 1, seed, width, height, fps: FPS, segments, palette };
  return characters.length === 0 ? recipe : { ...recipe, characters };
}
