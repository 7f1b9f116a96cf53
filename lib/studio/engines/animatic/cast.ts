import type { RecipeCharacter } from '../engine.ts';
import { colourAt } from './colourNames.ts';
import { SUBJECTS, type SubjectName, subjectNames } from './subjectTraits.ts';
import type { Words } from './words.ts';

export interface CastMember {
  subject: SubjectName;
  count: number;
  /** The colour that the prompt gives it. */
  colour?: string;
  /** Whom the figure is of, where it is a character; it walks among the ground's subjects. */
  character?: RecipeCharacter;
}

export const MOST_SUBJECTS = 3;
const MOST_COPIES = 3;
const NUMBERS: Record<string, number> = {
  two: 2,
  pair: 2,
  couple: 2,
  three: 3,
  four: 4,
  five: 5,
  several: 3,
  many: 4,
  flock: 4,
  school: 4,
};

/** Who is in the picture, in the order of the prompt. */
export function readCast(words: Words): CastMember[] {
  const found: { member: CastMember; index: number }[] = [];
  for (const subject of subjectNames()) {
    const index = words.find(SUBJECTS[subject].words);
    if (index < 0 || (subject === 'boat' && words.has(SUBJECTS.paperboat.words))) continue;
    const colour = colourAt(words, index);
    found.push({ index, member: { subject, count: countAt(words, index), ...(colour ? { colour } : {}) } });
  }
  found.sort((a, b) => a.index - b.index);
  return found.slice(0, MOST_SUBJECTS).map(({ member }) => member);
}

function countAt(words: Words, index: number): number {
  for (let before = Math.max(0, index - 4); before <= index; before++) {
    const number = NUMBERS[words.at(before)];
    if (number) return Math.min(MOST_COPIES, number);
  }
  const word = words.at(index);
  const plural = ['people', 'children', 'geese', 'men', 'women', 'crowd'].includes(word);
  return plural || (word.endsWith('s') && !word.endsWith('ss')) ? MOST_COPIES : 1;
}
