import { createActors } from './layers/actors.ts';
import { createAtmosphere } from './layers/atmosphere.ts';
import type { Place } from './place.ts';
import { abstract } from './places/abstract.ts';
import { beach } from './places/beach.ts';
import { city } from './places/city.ts';
import { desert } from './places/desert.ts';
import { field } from './places/field.ts';
import { forest } from './places/forest.ts';
import { gutter } from './places/gutter.ts';
import { interior } from './places/interior.ts';
import { lake } from './places/lake.ts';
import { mountains } from './places/mountains.ts';
import { river } from './places/river.ts';
import { road } from './places/road.ts';
import { rooftops } from './places/rooftops.ts';
import { sea } from './places/sea.ts';
import { sky } from './places/sky.ts';
import { snow } from './places/snow.ts';
import { space } from './places/space.ts';
import { underwater } from './places/underwater.ts';
import type { Layer, Stage } from './stage.ts';

/** The layers behind and in front of the subjects, each from far to near. */
export interface Setting {
  behind: Layer[];
  before: Layer[];
}

const SETTINGS: Record<Place, (stage: Stage) => Setting> = {
  abstract,
  beach,
  city,
  desert,
  field,
  forest,
  gutter,
  interior,
  lake,
  mountains,
  river,
  road,
  rooftops,
  sea,
  sky,
  snow,
  space,
  underwater,
};

/** All layers of a scene, from far to near. */
export function createLayers(stage: Stage): Layer[] {
  const { behind, before } = SETTINGS[stage.scene.place](stage);
  return [...behind, createActors(stage), ...before, ...createAtmosphere(stage)];
}
