import { darken, mix } from '../colour.ts';
import { createMist } from '../layers/air.ts';
import { createForeground } from '../layers/foreground.ts';
import { createGround } from '../layers/ground.ts';
import { createSky } from '../layers/sky.ts';
import { createTrees } from '../layers/trees.ts';
import type { Setting } from '../places.ts';
import { inAir, type Stage } from '../stage.ts';

export function forest(stage: Stage): Setting {
  const { horizon, height, palette, scene } = stage;
  const white = scene.weather.snow > 0;
  const kind = white ? 'conifer' : 'broadleaf';
  const wood = mix(palette.near, '#2a2119', 0.35);
  const floor = white ? mix('#eef4fa', palette.horizon, 0.25) : undefined;
  return {
    behind: [
      createSky(stage),
      createTrees(stage, {
        depth: 0.1,
        base: horizon + 20,
        size: height * 0.42,
        spacing: 46,
        colour: inAir(stage, wood, 0.16),
        kind,
        key: 1,
      }),
      createMist(stage, { depth: 0.15, y: horizon, height: height * 0.3, opacity: 0.5, key: 1 }),
      createTrees(stage, {
        depth: 0.28,
        base: horizon + 28,
        size: height * 0.5,
        spacing: 84,
        colour: inAir(stage, wood, 0.45),
        kind,
        key: 2,
      }),
      createMist(stage, { depth: 0.3, y: horizon + height * 0.05, height: height * 0.22, opacity: 0.35, key: 2 }),
      createGround(stage, {
        top: horizon + height * 0.04,
        marks: white ? 'sparkle' : 'grass',
        ...(floor ? { far: floor, near: mix(floor, palette.zenith, 0.4) } : {}),
      }),
      createTrees(stage, {
        depth: 0.55,
        base: horizon + height * 0.1,
        size: height * 0.66,
        spacing: 250,
        colour: inAir(stage, wood, 0.78),
        kind: 'trunk',
        key: 3,
        density: 0.8,
      }),
    ],
    before: [
      createForeground(stage, {
        kind: white ? 'stones' : 'grass',
        colour: white ? mix('#f6f9fd', palette.zenith, 0.3) : darken(palette.near, 0.4),
        size: white ? 64 : 120,
        spacing: white ? 110 : 36,
        key: 5,
      }),
    ],
  };
}
