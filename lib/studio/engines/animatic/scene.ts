import type { RecipeChange, RecipeCharacter } from '../engine.ts';
import { type Camera, namedCamera, readCamera } from './camera.ts';
import { type CastMember, MOST_SUBJECTS, readCast } from './cast.ts';
import { changeCast } from './castChange.ts';
import { charactersIn, withoutNames } from './characters.ts';
import { changePlace, type Place, readPlace } from './place.ts';
import { hash, pick, textSeed } from './random.ts';
import { readTimeOfDay, type TimeOfDay } from './timeOfDay.ts';
import { changeWeather, readWeather, type Weather } from './weather.ts';
import { readExcluded, readWords, type Words } from './words.ts';

/** What a prompt asks to see, each part read from words of its own: other words for one part leave the rest as it is. */
export interface Scene {
  place: Place;
  backdrop: Place | undefined;
  time: TimeOfDay;
  weather: Weather;
  /** Never empty; the first is what the picture is about. */
  cast: CastMember[];
  camera: Camera;
  /** How fast all moves; 1 is a calm pace. */
  pace: number;
}

const SLOW = ['slow', 'slowly', 'slower', 'gentle', 'gently', 'calm', 'calmly', 'serene', 'peaceful', 'lazy', 'lazily'];
const FAST = [
  'fast',
  'faster',
  'speed up',
  'quick',
  'quickly',
  'rush',
  'rushes',
  'rushing',
  'racing',
  'race',
  'speeding',
  'sprint',
  'gallop',
  'galloping',
  'run',
  'running',
  'chase',
];

/** Who comes when the prompt names nobody. */
const USUAL_CAST: Record<Place, CastMember> = {
  gutter: { subject: 'paperboat', count: 1 },
  underwater: { subject: 'fish', count: 3 },
  space: { subject: 'form', count: 1 },
  interior: { subject: 'cup', count: 1 },
  rooftops: { subject: 'cat', count: 1 },
  road: { subject: 'car', count: 1 },
  city: { subject: 'person', count: 1 },
  lake: { subject: 'boat', count: 1 },
  river: { subject: 'boat', count: 1 },
  beach: { subject: 'bird', count: 3 },
  sea: { subject: 'boat', count: 1 },
  desert: { subject: 'person', count: 1 },
  forest: { subject: 'deer', count: 1 },
  mountains: { subject: 'bird', count: 3 },
  field: { subject: 'tree', count: 1 },
  snow: { subject: 'house', count: 1 },
  sky: { subject: 'bird', count: 3 },
  abstract: { subject: 'form', count: 1 },
};

export function readScene(prompt: string, seed: number, characters: readonly RecipeCharacter[] = []): Scene {
  const words = readWords(withoutNames(prompt, characters));
  const chance = (key: number) => hash(seed ^ textSeed(prompt), key);
  const found = readCast(words);
  const { place, backdrop } = readPlace(words, found[0]?.subject, chance(1));
  const cast = [...figuresOf(prompt, characters), ...found].slice(0, MOST_SUBJECTS);
  return {
    place,
    backdrop,
    time: readTimeOfDay(words) ?? usualTime(place, chance(2)),
    weather: readWeather(words),
    cast: cast.length > 0 ? cast : [USUAL_CAST[place]],
    camera: readCamera(words, chance(3)),
    pace: readPace(words) ?? 1,
  };
}

/** The scene after a later prompt: what its words name is changed, all else stays. */
export function changeScene(scene: Scene, change: RecipeChange, characters: readonly RecipeCharacter[] = []): Scene {
  const words = readWords(withoutNames(change.prompt, characters));
  const excluded = readExcluded(change.prompt);
  const cast = changeCast(scene.cast, change.kind, words, excluded);
  const known = new Set(cast.map(({ character }) => character?.id));
  const newcomers = figuresOf(change.prompt, characters).filter(
    ({ character }) => character && !known.has(character.id) && !excluded.has([character.name.toLowerCase()]),
  );
  return {
    ...changePlace(scene, change.kind, words, cast[0]?.subject),
    time: readTimeOfDay(words) ?? scene.time,
    weather: changeWeather(scene.weather, words, excluded),
    cast: [...newcomers, ...cast].slice(0, MOST_SUBJECTS),
    camera: namedCamera(words) ?? scene.camera,
    pace: readPace(words) ?? scene.pace,
  };
}

function figuresOf(prompt: string, characters: readonly RecipeCharacter[]): CastMember[] {
  return charactersIn(prompt, characters).map((character) => ({ subject: 'person', count: 1, character }));
}

function readPace(words: Words): number | undefined {
  if (words.has(SLOW)) return 0.6;
  return words.has(FAST) ? 1.7 : undefined;
}

function usualTime(place: Place, chance: number): TimeOfDay {
  if (place === 'space') return 'night';
  return place === 'city' ? pick(['dusk', 'night', 'day'], chance) : pick(['day', 'golden', 'dawn', 'dusk'], chance);
}
