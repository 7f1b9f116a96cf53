import type { Recipe } from './engines/engine.ts';

/** The length of the whole clip. */
export function secondsOf({ segments }: Pick<Recipe, 'segments'>): number {
  return segments.reduce((sum, segment) => sum + segment.seconds, 0);
}
