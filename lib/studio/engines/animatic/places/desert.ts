import { darken, lighten, mix } from '../colour.ts';
import { createGround } from '../layers/ground.ts';
import { createRidge } from '../layers/ridge.ts';
import { createSky } from '../layers/sky.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';
import { createSkyClouds } from './skyClouds.ts';

export function desert(stage: Stage): Setting {
  const { horizon, height, palette } = stage;
  const sand = (depth: number) => inAir(stage, mix(palette.middle, palette.near, 0.18 + depth * 0.2), depth);
  const dune = (depth: number, base: number, tall: number, key: number) =>
    createRidge(stage, {
      depth,
      base: horizon + height * base,
      height: height * tall,
      span: 500 + depth * 420,
      rough: 0.12,
      colour: lighten(sand(depth), 0.12),
      foot: darken(sand(depth), 0.16),
      key,
    });
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createRidge(stage, {
        depth: 0.05,
        base: horizon,
        height: height * 0.14,
        span: 760,
        rough: 0.6,
        colour: inAir(stage, palette.near, 0.12),
        foot: palette.horizon,
        key: 9,
      }),
      dune(0.14, 0.02, 0.13, 1),
      dune(0.3, 0.07, 0.13, 2),
      dune(0.55, 0.14, 0.12, 3),
      createGround(stage, {
        top: horizon + height * 0.14,
        marks: 'ripples',
        far: sand(0.7),
        near: darken(sand(1), 0.12),
      }),
    ],
    before: [dune(1.3, 0.42, 0.09, 4)],
  };
}
