import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Recipe } from '../engine.ts';
import { mix } from './colour.ts';
import { type Palette, readPalette } from './palette.ts';
import { hash } from './random.ts';
import type { Scene } from './scene.ts';

export type Context = SKRSContext2D;

/**
 * What all layers are drawn on. Lengths are in units of a stage of a million square units, so that a picture looks the
 * same in each size, and landscape and portrait show things equally large.
 */
export interface Stage {
  width: number;
  height: number;
  /** Pixels in a unit. */
  scale: number;
  /** Where far ground and sky meet. */
  horizon: number;
  /** Where subjects stand. */
  ground: number;
  seed: number;
  scene: Scene;
  palette: Palette;
  /** Where the sun or the moon stands. */
  sun: { x: number; y: number };
  dark: boolean;
}

/** When a layer is drawn: seconds on the scene's clock, and how far the camera has gone at the subject's distance. */
export interface Moment {
  seconds: number;
  x: number;
}

export interface Layer {
  /** 0 is as far as the sky, 1 as near as the subject; nearer layers pass by faster. */
  depth: number;
  paint(context: Context, moment: Moment): void;
}

/** How far layers reach beyond the frame, for a camera that tilts. */
export const MARGIN = 130;

const HORIZONS: Partial<Record<Scene['place'], number>> = {
  sea: 0.5,
  lake: 0.5,
  river: 0.46,
  gutter: 0.44,
  city: 0.62,
  rooftops: 0.66,
  interior: 0.6,
  beach: 0.48,
  desert: 0.58,
  road: 0.56,
  sky: 0.8,
  space: 0.9,
  underwater: 0.72,
};

export function createStage(recipe: Recipe, scene: Scene, colours: readonly string[]): Stage {
  const scale = Math.sqrt(recipe.width * recipe.height) / 1000;
  const width = recipe.width / scale;
  const height = recipe.height / scale;
  const horizon = height * (HORIZONS[scene.place] ?? 0.56);
  const side = hash(recipe.seed, 7) < 0.5 ? 0.24 : 0.76;
  const low = scene.time === 'dawn' || scene.time === 'dusk' || scene.time === 'golden';
  return {
    width,
    height,
    scale,
    horizon,
    ground: height * (height > width ? 0.72 : 0.775),
    seed: recipe.seed,
    scene,
    palette: readPalette(colours),
    sun: { x: width * side, y: low ? horizon - height * 0.1 : height * 0.2 },
    dark: scene.time === 'night',
  };
}

/** Colour of something at a distance: the further, the more of the air before it. */
export function inAir(stage: Stage, colour: string, depth: number): string {
  const haze = stage.scene.weather.fog * 0.25 + 0.62;
  return mix(colour, stage.palette.horizon, Math.max(0, Math.min(0.9, (1 - depth) * haze)));
}
