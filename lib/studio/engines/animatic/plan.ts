import type { Engine, Recipe } from '../engine.ts';
import { planPalette } from './palette.ts';

const FPS = 24;

export function planRecipe(request: Parameters<Engine['plan']>[0]): Recipe {
  const { prompt, seconds, width, height } = request;
  const seed = request.seed >>> 0;
  const segments = [{ prompt, seconds }];
  return { version: 1, seed, width, height, fps: FPS, segments, palette: planPalette(prompt, seed) };
}
