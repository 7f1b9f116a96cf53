import { createClouds } from '../layers/clouds.ts';
import type { Layer, Stage } from '../stage.ts';

/** The clouds that the weather calls for, high ones and low ones. */
export function createSkyClouds(stage: Stage): Layer[] {
  const { scene, height, horizon } = stage;
  const { clouds } = scene.weather;
  if (clouds === 0) return [];
  const density = 0.35 + clouds * 0.6;
  const opacity = stage.dark ? 0.34 : 0.62 + clouds * 0.2;
  return [
    createClouds(stage, {
      depth: 0.05,
      from: horizon * 0.62,
      to: horizon * 0.86,
      size: 120,
      density,
      opacity: opacity * 0.7,
      key: 201,
    }),
    createClouds(stage, {
      depth: 0.1,
      from: height * 0.12,
      to: horizon * 0.5,
      size: 230 + clouds * 70,
      density,
      opacity,
      key: 202,
    }),
  ];
}
