import { createBackdrop, createRibbon } from '../layers/ribbons.ts';
import type { Setting } from '../places.ts';
import type { Stage } from '../stage.ts';

export function abstract(stage: Stage): Setting {
  return {
    behind: [
      createBackdrop(stage),
      createRibbon(stage, 0, 0.25),
      createRibbon(stage, 1, 0.45),
      createRibbon(stage, 2, 0.7),
    ],
    before: [createRibbon(stage, 3, 1.1), createRibbon(stage, 4, 1.4)],
  };
}
