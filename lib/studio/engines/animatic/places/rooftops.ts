import { darken, mix } from '../colour.ts';
import { createMist } from '../layers/air.ts';
import { createSky } from '../layers/sky.ts';
import { createSkyline } from '../layers/skyline.ts';
import { createKerb } from '../layers/street.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';
import { createSkyClouds } from './skyClouds.ts';

export function rooftops(stage: Stage): Setting {
  const { horizon, height, palette, ground } = stage;
  const roof = mix(palette.near, '#5a2f2a', 0.35);
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createSkyline(stage, {
        depth: 0.07,
        base: horizon,
        height: height * 0.3,
        block: 80,
        colour: inAir(stage, palette.near, 0.2),
        key: 1,
      }),
      createSkyline(stage, {
        depth: 0.18,
        base: horizon + height * 0.06,
        height: height * 0.24,
        block: 130,
        colour: inAir(stage, palette.near, 0.5),
        key: 2,
        window: 8,
      }),
      createMist(stage, { depth: 0.2, y: horizon + height * 0.06, height: height * 0.2, opacity: 0.35, key: 1 }),
      createSkyline(stage, {
        depth: 0.5,
        base: ground + 20,
        height: height * 0.2,
        block: 300,
        colour: inAir(stage, roof, 0.75),
        key: 3,
        window: 14,
      }),
      createKerb(
        { ...stage, palette: { ...palette, middle: roof } },
        { top: ground - 10, height: height * 0.6, depth: 1, key: 4 },
      ),
    ],
    before: [
      createSkyline(stage, {
        depth: 1.4,
        base: height + 10,
        height: height * 0.13,
        block: 330,
        colour: darken(roof, 0.5),
        key: 5,
      }),
    ],
  };
}
