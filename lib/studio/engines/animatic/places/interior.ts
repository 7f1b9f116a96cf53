import { mix } from '../colour.ts';
import { createBeams } from '../layers/air.ts';
import { createRoom, createShelf, createTable } from '../layers/room.ts';
import type { Setting } from '../places.ts';
import type { Stage } from '../stage.ts';

export function interior(stage: Stage): Setting {
  const { width, height, palette, scene, sun } = stage;
  const sunny = scene.time !== 'night' && scene.weather.rain === 0;
  const fromLeft = sun.x < width / 2;
  return {
    behind: [createRoom(stage), createShelf(stage), createTable(stage)],
    before: sunny
      ? [
          createBeams(stage, {
            from: fromLeft ? width * 0.08 : width * 0.5,
            count: 3,
            colour: mix('#fff0c8', palette.horizon, 0.3),
            opacity: 0.13,
            lean: fromLeft ? 220 : -220,
            bottom: height,
          }),
        ]
      : [],
  };
}
