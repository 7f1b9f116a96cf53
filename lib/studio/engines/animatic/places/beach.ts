import { darken, mix } from '../colour.ts';
import { createForeground } from '../layers/foreground.ts';
import { createGround } from '../layers/ground.ts';
import { createSky } from '../layers/sky.ts';
import { createTrees } from '../layers/trees.ts';
import { createWater } from '../layers/water.ts';
import type { Setting } from '../places.ts';
import type { Stage } from '../stage.ts';
import { createSkyClouds } from './skyClouds.ts';

export function beach(stage: Stage): Setting {
  const { horizon, height, palette } = stage;
  const sand = mix('#ecd3a0', palette.horizon, 0.25);
  const shore = { ...stage, palette: { ...palette, middle: mix(palette.zenith, '#1f8fa5', 0.55), near: '#10465c' } };
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createWater(shore, horizon),
      createGround(stage, {
        top: stage.ground - height * 0.075,
        marks: 'ripples',
        far: sand,
        near: mix(sand, palette.near, 0.35),
      }),
      createTrees(stage, {
        depth: 0.8,
        base: stage.ground - height * 0.03,
        size: height * 0.46,
        spacing: 620,
        colour: darken(palette.near, 0.35),
        kind: 'palm',
        key: 2,
        density: 0.7,
      }),
    ],
    before: [
      createForeground(stage, { kind: 'grass', colour: darken(palette.near, 0.2), size: 100, spacing: 90, key: 5 }),
    ],
  };
}
