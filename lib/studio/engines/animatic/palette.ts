import type { RecipeCharacter } from '../engine.ts';
import { type CastMember, readCast } from './cast.ts';
import { fromHue, lit, mix } from './colour.ts';
import { namedColours } from './colourNames.ts';
import type { Place } from './place.ts';
import { hash, textSeed } from './random.ts';
import { readScene, type Scene } from './scene.ts';
import { SUBJECTS } from './subjectTraits.ts';
import { TIME_WORDS, type TimeOfDay } from './timeOfDay.ts';
import { readWords } from './words.ts';

/** The roles of a recipe's colours, in the order they stand there: from far to near, then the one that stands out. */
export interface Palette {
  zenith: string;
  horizon: string;
  far: string;
  middle: string;
  near: string;
  accent: string;
}

const SKIES: Record<TimeOfDay, { zenith: string; horizon: string; light: string }> = {
  dawn: { zenith: '#6d8fc4', horizon: '#ffd0ae', light: '#f6d9d2' },
  day: { zenith: '#3d8fd8', horizon: '#d3ecf5', light: '#ffffff' },
  golden: { zenith: '#7c86b8', horizon: '#ffd592', light: '#ffdcae' },
  dusk: { zenith: '#3b2f6b', horizon: '#ff9b62', light: '#c793a8' },
  night: { zenith: '#080d26', horizon: '#2b3f78', light: '#56679f' },
};

/** What the ground is made of, in white light. */
const GROUNDS: Record<Place, string> = {
  gutter: '#5a6672',
  underwater: '#147a94',
  space: '#3a2f6e',
  interior: '#8f5c38',
  rooftops: '#8a5548',
  road: '#6e7a52',
  city: '#566079',
  lake: '#3a7f8f',
  river: '#3f8577',
  beach: '#e2c48e',
  sea: '#1d6f94',
  desert: '#dda057',
  forest: '#2f7146',
  mountains: '#557a5e',
  field: '#76a544',
  snow: '#e4eef6',
  sky: '#e9eef8',
  abstract: '#6a4fa3',
};

/** A thunderstorm. */
const STORM = { zenith: '#27303f', horizon: '#8796a0' };
/** Grey takes the colour out of a sky that the sun does not reach. */
const GLOOM = { zenith: '#4a5566', horizon: '#a3afb8' };

/** Where snow does not lie on the ground, or lies there by itself. */
const SHELTERED: readonly Place[] = [
  'interior',
  'underwater',
  'space',
  'abstract',
  'sea',
  'lake',
  'river',
  'gutter',
  'sky',
];

/** Phrases that hold the name of a colour and mean none. */
export const NO_COLOURS = [...TIME_WORDS.golden, 'coral reef', 'blue hour', 'golden retriever', 'orange juice'];

/** The colours of a clip's first prompt. */
export function planPalette(prompt: string, seed: number, characters: readonly RecipeCharacter[] = []): string[] {
  return paletteOf(readScene(prompt, seed, characters), prompt, seed);
}

/** The colours of a scene that began with this prompt: it lends those that it names, and its own turn of chance. */
export function paletteOf(scene: Scene, prompt: string, seed: number): string[] {
  const words = readWords(prompt);
  const chance = (key: number) => hash(seed ^ textSeed(prompt), 50 + key);
  const sky = SKIES[scene.time];
  const wet = scene.weather.rain > 0 || scene.weather.snow > 0;
  const gloom = Math.max(0, scene.weather.clouds - 0.4) * 0.9 + (wet ? 0.24 : 0);
  const gloomLight = scene.time === 'night' ? '#39445f' : '#ffffff';
  const grey = scene.weather.lightning > 0 ? STORM : GLOOM;
  let zenith = mix(sky.zenith, lit(grey.zenith, gloomLight), scene.weather.lightning > 0 ? 0.85 : gloom);
  let horizon = mix(sky.horizon, lit(grey.horizon, gloomLight), scene.weather.lightning > 0 ? 0.75 : gloom);
  const free = scene.place === 'abstract' || scene.place === 'space';
  const ground = free
    ? fromHue(chance(1) * 360, 0.5, 0.5)
    : mix(GROUNDS[scene.place], fromHue(chance(1) * 360, 0.5, 0.5), 0.1);
  if (scene.place === 'abstract') {
    zenith = fromHue(chance(2) * 360, 0.5, 0.16);
    horizon = fromHue(chance(2) * 360 + 40, 0.55, 0.42);
  }
  const covered = scene.weather.snow > 0 && !SHELTERED.includes(scene.place) ? mix(ground, '#e9f0f7', 0.62) : ground;
  const local = lit(covered, scene.weather.lightning > 0 ? lit(sky.light, '#a9b4c4') : sky.light);
  const lead = scene.cast[0];
  const gone = goneColours(readCast(words), scene.cast);
  const [first, ...others] = namedColours(words, NO_COLOURS).filter((colour) => !gone.includes(colour));
  const accent = lead?.colour ?? first ?? (lead ? SUBJECTS[lead.subject].colour : '#ffb52e');
  const palette: [string, string, string, string, string] = [
    zenith,
    horizon,
    mix(local, horizon, 0.55),
    mix(local, horizon, 0.22),
    mix(local, '#0a0c1c', 0.42),
  ];
  const rest = [first, ...others].filter((colour) => colour !== undefined && colour !== accent);
  for (const [index, slot] of [3, 1, 2].entries()) {
    const colour = rest[index];
    if (colour !== undefined) palette[slot] = colour;
  }
  return [...palette, accent];
}

/** Colours of subjects that have left the picture, which leave with them. */
function goneColours(before: readonly CastMember[], now: readonly CastMember[]): (string | undefined)[] {
  const colours = now.map(({ colour }) => colour);
  return before.map(({ colour }) => colour).filter((colour) => !colours.includes(colour));
}

/** A recipe's colours by role; one that an edit left out is made from the ones before it. */
export function readPalette(colours: readonly string[]): Palette {
  const zenith = colours[0] ?? '#3d8fd8';
  const horizon = colours[1] ?? mix(zenith, '#ffffff', 0.6);
  const near = colours[4] ?? mix(zenith, '#0a0c1c', 0.6);
  return {
    zenith,
    horizon,
    far: colours[2] ?? mix(horizon, near, 0.35),
    middle: colours[3] ?? mix(horizon, near, 0.65),
    near,
    accent: colours[5] ?? '#ffb52e',
  };
}
