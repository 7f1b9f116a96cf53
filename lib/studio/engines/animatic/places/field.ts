import { darken, mix } from '../colour.ts';
import { createForeground } from '../layers/foreground.ts';
import { createGround } from '../layers/ground.ts';
import { createRidge } from '../layers/ridge.ts';
import { createSky } from '../layers/sky.ts';
import { createTrees } from '../layers/trees.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';
import { createSkyClouds } from './skyClouds.ts';

export function field(stage: Stage): Setting {
  const { horizon, height, palette } = stage;
  const hill = (depth: number) => inAir(stage, mix(palette.middle, palette.near, 0.25), depth);
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createRidge(stage, {
        depth: 0.06,
        base: horizon,
        height: height * 0.15,
        span: 780,
        rough: 0.25,
        colour: inAir(stage, palette.near, 0.15),
        foot: mix(palette.horizon, palette.middle, 0.3),
        key: 1,
      }),
      createRidge(stage, {
        depth: 0.16,
        base: horizon + height * 0.04,
        height: height * 0.1,
        span: 600,
        rough: 0,
        colour: hill(0.35),
        foot: hill(0.3),
        key: 2,
      }),
      createTrees(stage, {
        depth: 0.24,
        base: horizon + height * 0.035,
        size: 62,
        spacing: 92,
        colour: inAir(stage, palette.near, 0.5),
        kind: 'broadleaf',
        key: 3,
        density: 0.6,
      }),
      createRidge(stage, {
        depth: 0.34,
        base: horizon + height * 0.09,
        height: height * 0.08,
        span: 700,
        rough: 0,
        colour: hill(0.6),
        foot: hill(0.55),
        key: 4,
      }),
      createGround(stage, { top: horizon + height * 0.09, marks: 'grass' }),
    ],
    before: [
      createForeground(stage, {
        kind: 'flowers',
        colour: darken(palette.near, 0.25),
        size: 130,
        spacing: 62,
        key: 5,
        bloom: mix(palette.accent, '#ffffff', 0.25),
        depth: 1.3,
      }),
      createForeground(stage, { kind: 'grass', colour: darken(palette.near, 0.4), size: 110, spacing: 34, key: 6 }),
    ],
  };
}
