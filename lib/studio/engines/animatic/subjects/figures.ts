import type { SubjectName } from '../subjectTraits.ts';
import { cat, deer, dog, fox, horse } from './animals.ts';
import type { Figure } from './brush.ts';
import { balloon, bird, butterfly, kite, lantern, plane } from './flyers.ts';
import { person, robot } from './people.ts';
import { fish, whale } from './swimmers.ts';
import { candle, cup, flower, form, house, lighthouse, tree } from './things.ts';
import { bicycle, car, rocket, train } from './vehicles.ts';
import { boat, paperboat, ship } from './vessels.ts';

export const FIGURES: Record<SubjectName, Figure> = {
  paperboat,
  boat,
  ship,
  whale,
  fish,
  lighthouse,
  rocket,
  balloon,
  plane,
  kite,
  butterfly,
  bird,
  lantern,
  candle,
  cup,
  train,
  car,
  bicycle,
  robot,
  fox,
  cat,
  dog,
  deer,
  horse,
  person,
  house,
  flower,
  tree,
  form,
};
