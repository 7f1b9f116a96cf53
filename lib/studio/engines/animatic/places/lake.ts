import { darken, mix } from '../colour.ts';
import { createForeground } from '../layers/foreground.ts';
import { createRidge } from '../layers/ridge.ts';
import { createSky } from '../layers/sky.ts';
import { createTrees } from '../layers/trees.ts';
import { createSwell, createWater } from '../layers/water.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';
import { createBank } from './bank.ts';
import { createSkyClouds } from './skyClouds.ts';

export function lake(stage: Stage): Setting {
  const { horizon, height, palette } = stage;
  const far = inAir(stage, palette.near, 0.15);
  const shore = inAir(stage, darken(mix(palette.near, '#1f3d2c', 0.5), 0.1), 0.62);
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createRidge(stage, {
        depth: 0.06,
        base: horizon,
        height: height * 0.26,
        span: 760,
        rough: 0.9,
        colour: far,
        foot: mix(far, palette.horizon, 0.6),
        key: 1,
        snow: mix('#ffffff', palette.horizon, 0.35),
      }),
      createRidge(stage, {
        depth: 0.14,
        base: horizon + 4,
        height: height * 0.12,
        span: 520,
        rough: 0.3,
        colour: inAir(stage, palette.near, 0.42),
        foot: inAir(stage, palette.middle, 0.3),
        key: 2,
      }),
      createTrees(stage, {
        depth: 0.22,
        base: horizon + 6,
        size: 62,
        spacing: 17,
        colour: shore,
        kind: 'conifer',
        key: 3,
      }),
      createWater(stage, horizon + 4),
      ...createBank(stage),
    ],
    before: [
      createSwell(stage, { depth: 1.2, base: stage.ground + height * 0.06, height: 6, key: 2, opacity: 0.45 }),
      createForeground(stage, { kind: 'reeds', colour: darken(palette.near, 0.35), size: 190, spacing: 54, key: 5 }),
    ],
  };
}
