import { type Camera, readCamera } from './camera.ts';
import { type CastMember, readCast } from './cast.ts';
import { type Place, readPlace } from './place.ts';
import { hash, pick, textSeed } from './random.ts';
import { readTimeOfDay, type TimeOfDay } from './timeOfDay.ts';
import { readWeather, type Weather } from './weather.ts';
import { readWords, type Words } from './words.ts';

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

const SLOW = ['slow', 'slowly', 'gentle', 'gently', 'calm', 'calmly', 'serene', 'peaceful', 'lazy', 'lazily'];
const FAST = [
  'fast',
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

export function readScene(prompt: string, seed: number): Scene {
  const words = readWords(prompt);
  const chance = (key: number) => hash(seed ^ textSeed(prompt), key);
  const cast = readCast(words);
  const { place, backdrop } = readPlace(words, cast[0]?.subject, chance(1));
  return {
    place,
    backdrop,
    time: readTimeOfDay(words) ?? usualTime(place, chance(2)),
    weather: readWeather(words),
    cast: cast.length > 0 ? cast : [USUAL_CAST[place]],
    camera: readCamera(words, chance(3)),
    pace: readPace(words),
  };
}

function readPace(words: Words): number {
  if (words.has(SLOW)) return 0.6;
  return words.has(FAST) ? 1.7 : 1;
}

function usualTime(place: Place, chance: number): TimeOfDay {
  if (place === 'space') return 'night';
  return place === 'city' ? pick(['dusk', 'night', 'day'], chance) : pick(['day', 'golden', 'dawn', 'dusk'], chance);
}
