import { mix } from '../colour.ts';
import { createRidge } from '../layers/ridge.ts';
import { createSky } from '../layers/sky.ts';
import { createSwell, createWater } from '../layers/water.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';
import { createBank } from './bank.ts';
import { createSkyClouds } from './skyClouds.ts';

export function sea(stage: Stage): Setting {
  const { horizon, height, palette } = stage;
  const island = inAir(stage, palette.near, 0.3);
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createRidge(stage, {
        depth: 0.08,
        base: horizon + 3,
        height: height * 0.09,
        span: 900,
        rough: 0.75,
        colour: island,
        foot: mix(island, palette.horizon, 0.5),
        key: 1,
      }),
      createWater(stage, horizon),
      createSwell(stage, { depth: 0.7, base: stage.ground - height * 0.07, height: 9, key: 1, opacity: 0.5 }),
      ...createBank(stage),
    ],
    before: [
      createSwell(stage, { depth: 1.15, base: stage.ground + height * 0.035, height: 12, key: 2, opacity: 0.72 }),
      createSwell(stage, { depth: 1.45, base: stage.ground + height * 0.13, height: 17, key: 4, opacity: 0.92 }),
    ],
  };
}
