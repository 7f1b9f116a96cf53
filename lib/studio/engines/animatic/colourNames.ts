import type { Words } from './words.ts';

/** Colour words and what they look like in a picture: a little calmer than the CSS colours of the same names. */
const COLOURS: Record<string, string> = {
  red: '#e23b3b',
  crimson: '#c81d3c',
  scarlet: '#e0301e',
  ruby: '#b5123b',
  maroon: '#7a1f2b',
  burgundy: '#6d1a36',
  orange: '#f58a2c',
  coral: '#ff7059',
  peach: '#ffb48f',
  amber: '#ffb000',
  gold: '#e6b422',
  golden: '#e6b422',
  yellow: '#f7d038',
  lemon: '#f6e05a',
  mustard: '#d6a21e',
  green: '#2f9e57',
  emerald: '#14935f',
  lime: '#9bd13c',
  olive: '#7c8436',
  mint: '#9fe0c0',
  jade: '#1f9d7a',
  teal: '#14868c',
  turquoise: '#2cc3c0',
  cyan: '#22c4dd',
  aqua: '#3fd0d6',
  blue: '#2f6fe0',
  navy: '#1c2f66',
  azure: '#3e92e6',
  indigo: '#3f3a9e',
  cobalt: '#1f4fb8',
  purple: '#7d3cb5',
  violet: '#8a5be0',
  lavender: '#b8a3e8',
  magenta: '#d6329f',
  pink: '#f57ab0',
  rose: '#f0567f',
  brown: '#7a4a2b',
  copper: '#b8693a',
  bronze: '#a8763e',
  beige: '#e6d6b8',
  cream: '#fbf0d6',
  ivory: '#fff6e0',
  white: '#f7f7f2',
  silver: '#c3c9d1',
  grey: '#8b919b',
  gray: '#8b919b',
  black: '#1b1c24',
  pastel: '#f5c6d6',
  sepia: '#a0764a',
};

/** All named colours in the order of the prompt, each once. `skip` holds phrases that only sound like a colour. */
export function namedColours(words: Words, skip: readonly string[]): string[] {
  const skipped = skip
    .filter((phrase) => words.has([phrase]))
    .join(' ')
    .split(' ');
  const found: { colour: string; index: number }[] = [];
  for (const [name, colour] of Object.entries(COLOURS)) {
    const index = skipped.includes(name) ? -1 : words.find([name]);
    if (index >= 0 && !found.some((other) => other.colour === colour)) found.push({ colour, index });
  }
  return found.sort((a, b) => a.index - b.index).map(({ colour }) => colour);
}

/** The colour that stands right before a thing, as in "a red paper boat". */
export function colourAt(words: Words, index: number): string | undefined {
  for (let before = index - 1; before >= Math.max(0, index - 2); before--) {
    const name = words.at(before);
    if (Object.hasOwn(COLOURS, name)) return COLOURS[name];
  }
  return undefined;
}

const PAUSES = ['in', 'with', 'under', 'and', 'on', 'at', 'by'];

/** The colour that follows a thing closely, as in "the boat turns red". */
export function colourAfter(words: Words, index: number): string | undefined {
  for (let after = index + 1; after <= index + 3; after++) {
    const name = words.at(after);
    if (PAUSES.includes(name)) return undefined;
    if (Object.hasOwn(COLOURS, name)) return COLOURS[name];
  }
  return undefined;
}
