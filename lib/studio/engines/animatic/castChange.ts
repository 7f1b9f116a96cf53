import { type CastMember, MOST_SUBJECTS, readCast } from './cast.ts';
import { colourAfter } from './colourNames.ts';
import { SUBJECTS } from './subjectTraits.ts';
import type { Words } from './words.ts';

const REPLACING = [
  'replace',
  'replaced',
  'swap',
  'instead',
  'turn',
  'into',
  'change',
  'become',
  'becomes',
  'substitute',
];
const ADDING = [
  'add',
  'adds',
  'adding',
  'with',
  'put',
  'include',
  'insert',
  'bring',
  'appear',
  'appears',
  'join',
  'joins',
];

/**
 * Who is in the picture after a change. Whoever the change names again keeps the place it has. Newcomers of a remix take
 * the places of the old cast, those of an extension join it; an edit lets them in only where it says so.
 */
export function changeCast(
  before: readonly CastMember[],
  kind: 'remix' | 'edit' | 'extension',
  words: Words,
  excluded: Words,
): CastMember[] {
  const isGone = ({ subject, character }: CastMember) =>
    excluded.has(character ? [character.name.toLowerCase()] : SUBJECTS[subject].words);
  const cast = before.filter((member) => !isGone(member));
  const kept = new Set<CastMember>();
  const newcomers: CastMember[] = [];
  for (const member of readCast(words).map((found) => withColour(found, words))) {
    const index = cast.findIndex(({ subject, character }) => character === undefined && subject === member.subject);
    const old = cast[index];
    if (old === undefined) {
      newcomers.push(member);
      continue;
    }
    const colour = member.colour ?? old.colour;
    const updated = { ...old, count: Math.max(old.count, member.count), ...(colour && { colour }) };
    cast[index] = updated;
    kept.add(updated);
  }
  const replaces = kind === 'edit' && words.has(REPLACING);
  // "Replace the fox with a cat" names whom the cat replaces; "a cat instead" means the lead.
  const leaving = cast.find((member) => member.character === undefined && (kept.size === 0 || kept.has(member)));
  const joins = kind !== 'edit' || replaces || words.has(ADDING);
  for (const [order, member] of newcomers.entries()) {
    const index =
      kind === 'remix'
        ? cast.findIndex((old) => old.character === undefined && !kept.has(old))
        : replaces && order === 0 && leaving
          ? cast.indexOf(leaving)
          : -1;
    if (index >= 0) cast[index] = member;
    else if (joins && cast.length < MOST_SUBJECTS) cast.push(member);
    kept.add(member);
  }
  return cast.length > 0 ? cast : [...before];
}

/** "Make the boat red" says the colour after the thing. */
function withColour(member: CastMember, words: Words): CastMember {
  if (member.colour !== undefined) return member;
  const colour = colourAfter(words, words.find(SUBJECTS[member.subject].words));
  return colour === undefined ? member : { ...member, colour };
}
