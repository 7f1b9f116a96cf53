import type { Recipe, RecipeChange } from '../engine.ts';
import { withoutNames } from './characters.ts';
import { gradePalette, readGrade } from './grade.ts';
import { paletteOf } from './palette.ts';
import { changeScene, readScene, type Scene } from './scene.ts';
import { readWords } from './words.ts';

/** What changed the clip's first prompt by the time of a segment. One that tells nothing of it just goes on. */
export function changesOf({ segments }: Pick<Recipe, 'segments'>, index: number): RecipeChange[] {
  const segment = segments[index];
  if (segment?.changes) return segment.changes;
  if (segment === undefined || index === 0) return [];
  return [...changesOf({ segments }, index - 1), { kind: 'extension', prompt: segment.prompt }];
}

/** What is to be seen in a segment. */
export function sceneOf(recipe: Recipe, index: number): Scene {
  const { seed, characters = [] } = recipe;
  const start = readScene(recipe.segments[0]?.prompt ?? '', seed, characters);
  return changesOf(recipe, index).reduce((scene, change) => changeScene(scene, change, characters), start);
}

/** The colours of a segment, worked out anew; where nothing was changed they are the recipe's own. */
export function planSegmentPalette(recipe: Recipe, index: number): string[] {
  const changes = changesOf(recipe, index);
  if (changes.length === 0) return recipe.palette;
  const grades = changes.map(({ prompt }) => readGrade(readWords(withoutNames(prompt, recipe.characters ?? []))));
  const grade = grades.findLast((colours) => colours.length > 0) ?? [];
  return gradePalette(paletteOf(sceneOf(recipe, index), recipe.segments[0]?.prompt ?? '', recipe.seed), grade);
}
