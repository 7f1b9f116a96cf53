import { mix } from '../colour.ts';
import { createForeground } from '../layers/foreground.ts';
import { createGround } from '../layers/ground.ts';
import { createRidge } from '../layers/ridge.ts';
import { createSky } from '../layers/sky.ts';
import { createTrees } from '../layers/trees.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';
import { createSkyClouds } from './skyClouds.ts';

export function snow(stage: Stage): Setting {
  const { horizon, height, palette } = stage;
  const ice = mix('#eef5fb', palette.horizon, 0.3);
  const blue = mix(ice, palette.zenith, 0.42);
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createRidge(stage, {
        depth: 0.06,
        base: horizon,
        height: height * 0.24,
        span: 720,
        rough: 0.9,
        colour: mix(blue, palette.zenith, 0.3),
        foot: mix(ice, palette.horizon, 0.5),
        key: 1,
        snow: ice,
      }),
      createRidge(stage, {
        depth: 0.16,
        base: horizon + 16,
        height: height * 0.11,
        span: 560,
        rough: 0.3,
        colour: ice,
        foot: blue,
        key: 2,
      }),
      createTrees(stage, {
        depth: 0.24,
        base: horizon + 18,
        size: 92,
        spacing: 48,
        colour: inAir(stage, mix(palette.near, '#24404f', 0.5), 0.55),
        kind: 'conifer',
        key: 3,
        density: 0.6,
      }),
      createGround(stage, { top: horizon + 10, marks: 'sparkle', far: ice, near: mix(ice, palette.zenith, 0.3) }),
    ],
    before: [
      createForeground(stage, {
        kind: 'stones',
        colour: mix('#f8fbff', palette.zenith, 0.25),
        size: 66,
        spacing: 130,
        key: 5,
      }),
    ],
  };
}
