import { darken, mix } from '../colour.ts';
import { createBeams } from '../layers/air.ts';
import { createDeepWater, createReef } from '../layers/deep.ts';
import { createGround } from '../layers/ground.ts';
import { createRidge } from '../layers/ridge.ts';
import type { Setting } from '../places.ts';
import type { Stage } from '../stage.ts';

export function underwater(stage: Stage): Setting {
  const { width, height, horizon, palette } = stage;
  const deep = mix(palette.middle, '#08324a', 0.55);
  return {
    behind: [
      createDeepWater(stage),
      createBeams(stage, {
        from: -width * 0.1,
        count: 7,
        colour: '#dff8ff',
        opacity: 0.2,
        lean: 130,
        bottom: height * 0.95,
      }),
      createRidge(stage, {
        depth: 0.12,
        base: horizon,
        height: height * 0.2,
        span: 620,
        rough: 0.7,
        colour: mix(deep, palette.middle, 0.6),
        foot: mix(deep, palette.middle, 0.4),
        key: 1,
      }),
      createReef(stage, {
        depth: 0.3,
        base: horizon + height * 0.06,
        size: 120,
        colours: [mix(deep, '#1f8a7a', 0.4), mix(deep, '#7a5aa0', 0.35)],
        key: 2,
      }),
      createGround(stage, {
        top: horizon + height * 0.02,
        marks: 'ripples',
        far: mix(deep, '#c9b98a', 0.3),
        near: darken(mix(deep, '#c9b98a', 0.12), 0.2),
      }),
      createReef(stage, {
        depth: 0.65,
        base: horizon + height * 0.14,
        size: 150,
        colours: [mix(deep, '#2aa58a', 0.5), mix(deep, '#d9647a', 0.45), mix(deep, '#e0a040', 0.35)],
        key: 3,
      }),
    ],
    before: [
      createReef(stage, {
        depth: 1.4,
        base: height + 20,
        size: 210,
        colours: [darken(deep, 0.35), darken(deep, 0.5)],
        key: 4,
      }),
    ],
  };
}
