import { darken, mix } from '../colour.ts';
import { createGround } from '../layers/ground.ts';
import type { Layer, Stage } from '../stage.ts';
import { SUBJECTS } from '../subjectTraits.ts';

/** Land at the water for those who neither float nor fly. */
export function createBank(stage: Stage): Layer[] {
  const walker = stage.scene.cast.some(
    ({ subject }) => SUBJECTS[subject].home === 'ground' && subject !== 'lighthouse',
  );
  if (!walker) return [];
  const top = stage.ground - stage.height * 0.035;
  return [
    createGround(stage, {
      top,
      marks: 'grass',
      far: mix(stage.palette.near, '#8a8f5a', 0.4),
      near: darken(stage.palette.near, 0.2),
    }),
  ];
}
