import { darken, mix } from '../colour.ts';
import { createForeground } from '../layers/foreground.ts';
import { createGround } from '../layers/ground.ts';
import { createRidge } from '../layers/ridge.ts';
import { createSky } from '../layers/sky.ts';
import { createSkyline } from '../layers/skyline.ts';
import { createLamps, createRoad } from '../layers/street.ts';
import { createTrees } from '../layers/trees.ts';
import type { Setting } from '../places.ts';
import { inAir, type Layer, type Stage } from '../stage.ts';
import { createSkyClouds } from './skyClouds.ts';

export function road(stage: Stage): Setting {
  const { horizon, height, palette, scene, ground } = stage;
  const lead = scene.cast[0]?.subject;
  const rails = lead === 'train';
  const top = ground - height * (rails ? 0.025 : 0.075);
  const arid = scene.backdrop === 'desert' || scene.backdrop === 'beach';
  const town = scene.backdrop === 'city';
  const side: Layer[] = town
    ? [
        createSkyline(stage, {
          depth: 0.2,
          base: horizon + height * 0.06,
          height: height * 0.34,
          block: 130,
          colour: inAir(stage, palette.near, 0.5),
          key: 3,
          window: 8,
        }),
      ]
    : [
        createRidge(stage, {
          depth: 0.18,
          base: horizon + height * 0.06,
          height: height * 0.12,
          span: 640,
          rough: arid ? 0.4 : 0.1,
          colour: inAir(stage, mix(palette.middle, palette.near, 0.3), 0.4),
          foot: inAir(stage, palette.middle, 0.4),
          key: 2,
        }),
        createTrees(stage, {
          depth: 0.4,
          base: top + 2,
          size: arid ? 60 : 130,
          spacing: arid ? 260 : 88,
          colour: inAir(stage, palette.near, 0.7),
          kind: arid ? 'palm' : scene.weather.snow > 0 ? 'conifer' : 'broadleaf',
          key: 3,
          density: 0.7,
        }),
      ];
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createRidge(stage, {
        depth: 0.05,
        base: horizon,
        height: height * 0.24,
        span: 800,
        rough: 0.85,
        colour: inAir(stage, palette.near, 0.15),
        foot: palette.horizon,
        key: 1,
      }),
      createGround(stage, { top: horizon + height * 0.05, marks: arid ? 'ripples' : 'grass' }),
      ...side,
      createRoad(stage, { top, bottom: top + height * 0.17, rails, wet: scene.weather.rain > 0 }),
      ...(rails
        ? []
        : [createLamps(stage, { depth: 0.92, base: top + 4, height: height * 0.34, spacing: 760, key: 5 })]),
    ],
    before: [
      createForeground(stage, {
        kind: arid ? 'stones' : 'grass',
        colour: darken(palette.near, 0.4),
        size: arid ? 50 : 100,
        spacing: arid ? 150 : 36,
        key: 6,
      }),
    ],
  };
}
