import type { RecipeCharacter } from '../engine.ts';
import { fromHue } from './colour.ts';
import { hash, pick, textSeed } from './random.ts';
import { READ_CHARACTERS } from './words.ts';

/** What a character looks like, wherever it appears. */
export interface CharacterLook {
  body: string;
  /** For its belly, its ears' insides and its marks. */
  second: string;
  shape: 'egg' | 'pear' | 'block' | 'cloud';
  head: 'round ears' | 'long ears' | 'horns' | 'antennae' | 'leaf' | 'crest';
  marks: 'belly' | 'stripes' | 'spots';
  eyes: 1 | 2 | 3;
  tail: boolean;
}

const SHAPES = ['egg', 'pear', 'block', 'cloud'] as const;
const HEADS = ['round ears', 'long ears', 'horns', 'antennae', 'leaf', 'crest'] as const;
const MARKS = ['belly', 'stripes', 'spots'] as const;
const EYES = [2, 2, 2, 1, 3] as const;

export function lookOf({ id, name }: RecipeCharacter): CharacterLook {
  const chance = (key: number) => hash(textSeed(`${id} ${name}`), key);
  const hue = chance(1) * 360;
  return {
    body: fromHue(hue, 0.62, 0.56),
    second: fromHue(hue + 110 + chance(2) * 140, 0.72, 0.66),
    shape: pick(SHAPES, chance(3)),
    head: pick(HEADS, chance(4)),
    marks: pick(MARKS, chance(5)),
    eyes: pick(EYES, chance(6)),
    tail: chance(7) < 0.6,
  };
}

/** The characters that a text names, letter by letter, in the order of the text. */
export function charactersIn(text: string, characters: readonly RecipeCharacter[]): RecipeCharacter[] {
  return characters
    .map((character) => ({ character, index: positionOf(character.name, text) }))
    .filter(({ index }) => index >= 0)
    .sort((a, b) => a.index - b.index)
    .map(({ character }) => character);
}

/** The text without the names of characters: Captain Fox brings no second fox along. */
export function withoutNames(text: string, characters: readonly RecipeCharacter[]): string {
  let rest = text.slice(0, READ_CHARACTERS);
  for (const { name } of characters) {
    for (let index = positionOf(name, rest); index >= 0; index = positionOf(name, rest)) {
      rest = `${rest.slice(0, index)} ${rest.slice(index + name.length)}`;
    }
  }
  return rest;
}

/** Where a name stands as a word of its own: Mo is not in the moon. */
function positionOf(name: string, text: string): number {
  if (name.trim() === '') return -1;
  const [startsInWord, endsInWord] = [/^[\p{L}\p{N}]/u.test(name), /[\p{L}\p{N}]$/u.test(name)];
  for (let index = text.indexOf(name); index >= 0; index = text.indexOf(name, index + 1)) {
    const end = index + name.length;
    const before = startsInWord && /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, index - 2), index));
    const after = endsInWord && /^[\p{L}\p{N}]/u.test(text.slice(end, end + 2));
    if (!before && !after) return index;
  }
  return -1;
}
