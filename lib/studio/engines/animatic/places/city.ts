import { mix } from '../colour.ts';
import { createMist } from '../layers/air.ts';
import { createSky } from '../layers/sky.ts';
import { createSkyline } from '../layers/skyline.ts';
import { createBokeh, createKerb, createLamps, createRoad } from '../layers/street.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';
import { createSkyClouds } from './skyClouds.ts';

const NEON = ['#ff3d9a', '#21e0ff', '#ffd23d', '#8f6bff'];

const WET = ['#ffcf86', '#ff9d5c', '#ff7a66', '#9fd0ff'];

export function city(stage: Stage): Setting {
  const { horizon, height, palette, scene, ground } = stage;
  const wet = scene.weather.rain > 0;
  const wall = mix(palette.near, '#272c40', 0.4);
  const street = ground - height * 0.07;
  const late = scene.time === 'night' || scene.time === 'dusk';
  return {
    behind: [
      createSky(stage),
      ...createSkyClouds(stage),
      createSkyline(stage, {
        depth: 0.07,
        base: horizon,
        height: height * 0.5,
        block: 84,
        colour: inAir(stage, wall, 0.18),
        key: 1,
      }),
      createMist(stage, { depth: 0.1, y: horizon, height: height * 0.3, opacity: 0.4, key: 1 }),
      createSkyline(stage, {
        depth: 0.18,
        base: horizon + 20,
        height: height * 0.46,
        block: 120,
        colour: inAir(stage, wall, 0.5),
        key: 2,
        window: 7,
      }),
      createSkyline(stage, {
        depth: 0.42,
        base: street,
        height: height * 0.5,
        block: 250,
        colour: inAir(stage, wall, 0.84),
        key: 3,
        window: 15,
        signs: late,
      }),
      createRoad(stage, { top: street, bottom: height + 200, rails: false, wet }),
      ...(wet || late
        ? [
            createBokeh(stage, {
              from: ground + height * 0.02,
              to: height,
              depth: 0.6,
              key: 4,
              colours: late ? NEON : WET,
            }),
          ]
        : []),
      createLamps(stage, { depth: 0.8, base: street + 8, height: height * 0.4, spacing: 520, key: 5 }),
    ],
    before: [createKerb(stage, { top: height * 0.93, height: height * 0.3, depth: 1.4, key: 6 })],
  };
}
