import { createMist } from '../layers/air.ts';
import { createClouds } from '../layers/clouds.ts';
import { createRidge } from '../layers/ridge.ts';
import { createSky } from '../layers/sky.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';

/** High above the ground: clouds at every distance. */
export function sky(stage: Stage): Setting {
  const { height, palette } = stage;
  const layer = (depth: number, from: number, to: number, size: number, opacity: number, key: number) =>
    createClouds(stage, {
      depth,
      from: height * from,
      to: height * to,
      size,
      density: 0.85,
      opacity: stage.dark ? opacity * 0.6 : opacity,
      key,
    });
  return {
    behind: [
      createSky(stage),
      layer(0.06, 0.2, 0.5, 150, 0.5, 1),
      createRidge(stage, {
        depth: 0.08,
        base: height * 0.93,
        height: height * 0.2,
        span: 820,
        rough: 0.6,
        colour: inAir(stage, palette.near, 0.25),
        foot: palette.horizon,
        key: 2,
      }),
      layer(0.18, 0.55, 0.74, 260, 0.7, 3),
      createMist(stage, { depth: 0.3, y: height * 0.84, height: height * 0.36, opacity: 0.7, key: 3 }),
      layer(0.45, 0.78, 0.92, 380, 0.85, 4),
    ],
    before: [layer(1.3, 1, 1.12, 540, 0.8, 5)],
  };
}
