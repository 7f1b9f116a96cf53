import { createMoonGround, createPlanet, createSpace } from '../layers/cosmos.ts';
import type { Setting } from '../places.ts';
import type { Stage } from '../stage.ts';
import { SUBJECTS } from '../subjectTraits.ts';

export function space(stage: Stage): Setting {
  const grounded = stage.scene.cast.some(({ subject }) => SUBJECTS[subject].home !== 'air');
  return {
    behind: [createSpace(stage), createPlanet(stage), ...(grounded ? [createMoonGround(stage)] : [])],
    before: [],
  };
}
