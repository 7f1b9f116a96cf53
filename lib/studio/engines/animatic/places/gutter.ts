import { mix } from '../colour.ts';
import { createMist } from '../layers/air.ts';
import { createSky } from '../layers/sky.ts';
import { createSkyline } from '../layers/skyline.ts';
import { createBokeh, createKerb } from '../layers/street.ts';
import { createSwell, createWater } from '../layers/water.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';
import { SUBJECTS } from '../subjectTraits.ts';

const WARM = ['#ffcf86', '#ff9d5c', '#ffe6b8', '#ff7a66', '#9fd0ff'];

/** Water along a kerb, seen from close by, with the street out of focus behind. */
export function gutter(stage: Stage): Setting {
  const { horizon, height, palette, ground, scene } = stage;
  const wall = mix(palette.near, '#2c2f42', 0.4);
  const kerb = ground - height * 0.2;
  const walks = scene.cast.some(({ subject }) => SUBJECTS[subject].home === 'ground');
  return {
    behind: [
      createSky(stage),
      createSkyline(stage, {
        depth: 0.1,
        base: horizon,
        height: height * 0.4,
        block: 150,
        colour: inAir(stage, wall, 0.3),
        key: 1,
      }),
      createSkyline(stage, {
        depth: 0.22,
        base: horizon + height * 0.08,
        height: height * 0.42,
        block: 260,
        colour: inAir(stage, wall, 0.62),
        key: 2,
        window: 20,
      }),
      createMist(stage, { depth: 0.25, y: horizon + height * 0.04, height: height * 0.3, opacity: 0.4, key: 1 }),
      createBokeh(stage, { from: height * 0.22, to: kerb - 10, depth: 0.34, key: 3, colours: WARM }),
      createKerb(stage, { top: kerb, height: height * 0.14, depth: 0.75, key: 4 }),
      createWater(stage, kerb + height * 0.13),
      ...(walks ? [createKerb(stage, { top: ground - 14, height: height * 0.4, depth: 1, key: 7 })] : []),
    ],
    before: [
      createSwell(stage, { depth: 1.15, base: ground + height * 0.04, height: 7, key: 2, opacity: 0.55 }),
      createKerb(stage, { top: height * 0.945, height: height * 0.3, depth: 1.45, key: 6 }),
    ],
  };
}
