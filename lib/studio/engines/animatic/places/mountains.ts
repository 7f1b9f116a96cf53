import { darken, mix } from '../colour.ts';
import { createMist } from '../layers/air.ts';
import { createForeground } from '../layers/foreground.ts';
import { createGround } from '../layers/ground.ts';
import { createRidge } from '../layers/ridge.ts';
import { createSky } from '../layers/sky.ts';
import { createTrees } from '../layers/trees.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';
import { createSkyClouds } from './skyClouds.ts';

export function mountains(stage: Stage): Setting {
  const { horizon, height, palette } = stage;
  const far = inAir(stage, palette.near, 0.1);
  const middle = inAir(stage, palette.near, 0.35);
  const cap = mix('#ffffff', palette.horizon, 0.3);
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createRidge(stage, {
        depth: 0.05,
        base: horizon,
        height: height * 0.36,
        span: 820,
        rough: 0.95,
        colour: far,
        foot: palette.horizon,
        key: 1,
        snow: cap,
      }),
      createRidge(stage, {
        depth: 0.12,
        base: horizon + height * 0.05,
        height: height * 0.28,
        span: 620,
        rough: 0.85,
        colour: middle,
        foot: mix(middle, palette.horizon, 0.6),
        key: 2,
      }),
      createMist(stage, { depth: 0.15, y: horizon + height * 0.04, height: height * 0.14, opacity: 0.5, key: 1 }),
      createRidge(stage, {
        depth: 0.26,
        base: horizon + height * 0.11,
        height: height * 0.14,
        span: 540,
        rough: 0.15,
        colour: inAir(stage, palette.middle, 0.7),
        foot: palette.middle,
        key: 3,
      }),
      createTrees(stage, {
        depth: 0.4,
        base: horizon + height * 0.12,
        size: 84,
        spacing: 34,
        colour: inAir(stage, darken(palette.near, 0.1), 0.75),
        kind: 'conifer',
        key: 4,
        density: 0.75,
      }),
      createGround(stage, { top: horizon + height * 0.11, marks: 'grass' }),
    ],
    before: [
      createForeground(stage, { kind: 'grass', colour: darken(palette.near, 0.35), size: 110, spacing: 36, key: 5 }),
    ],
  };
}
