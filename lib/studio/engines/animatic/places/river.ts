import { darken, mix } from '../colour.ts';
import { createForeground } from '../layers/foreground.ts';
import { createRidge } from '../layers/ridge.ts';
import { createSky } from '../layers/sky.ts';
import { createSkyline } from '../layers/skyline.ts';
import { createTrees } from '../layers/trees.ts';
import { createSwell, createWater } from '../layers/water.ts';
import type { Setting } from '../places.ts';
import { inAir, type Layer, type Stage } from '../stage.ts';
import { createBank } from './bank.ts';
import { createSkyClouds } from './skyClouds.ts';

export function river(stage: Stage): Setting {
  const { horizon, height, palette, scene } = stage;
  const town = scene.backdrop === 'city' || scene.backdrop === 'rooftops';
  const far = inAir(stage, palette.near, 0.2);
  const shore: Layer[] = town
    ? [
        createSkyline(stage, {
          depth: 0.1,
          base: horizon,
          height: height * 0.3,
          block: 70,
          colour: inAir(stage, palette.near, 0.3),
          key: 11,
        }),
        createSkyline(stage, {
          depth: 0.24,
          base: horizon + 8,
          height: height * 0.22,
          block: 105,
          colour: inAir(stage, palette.near, 0.65),
          key: 12,
          window: 7,
        }),
      ]
    : [
        createRidge(stage, {
          depth: 0.08,
          base: horizon,
          height: height * 0.16,
          span: 700,
          rough: 0.2,
          colour: far,
          foot: mix(far, palette.horizon, 0.5),
          key: 1,
        }),
        createTrees(stage, {
          depth: 0.22,
          base: horizon + 8,
          size: 96,
          spacing: 40,
          colour: inAir(stage, palette.near, 0.6),
          kind: 'broadleaf',
          key: 2,
        }),
      ];
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      ...shore,
      createWater(stage, horizon + 4),
      ...createBank(stage),
    ],
    before: [
      createSwell(stage, { depth: 1.2, base: stage.ground + height * 0.06, height: 7, key: 2, opacity: 0.5 }),
      createForeground(stage, { kind: 'grass', colour: darken(palette.near, 0.3), size: 120, spacing: 40, key: 5 }),
    ],
  };
}
