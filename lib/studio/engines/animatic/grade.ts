import { readCast } from './cast.ts';
import { brightness, darken, lighten, mix } from './colour.ts';
import { colourAfter, colourAt, namedColours } from './colourNames.ts';
import { NO_COLOURS } from './palette.ts';
import { SUBJECTS } from './subjectTraits.ts';
import type { Words } from './words.ts';

/** How far the picture's own colours give way. */
const SHARE = 0.8;
/** Of zenith, horizon, far, middle and near: which named colour each takes. */
const TURNS = [0, 1, 1, 0, 0];
const ACCENT = 5;
const MOODS = [
  { words: ['black and white', 'monochrome', 'noir', 'greyscale', 'grayscale'], colours: ['#8b919b', '#f7f7f2'] },
  { words: ['sepia', 'vintage', 'old photo'], colours: ['#7a5a38', '#e0c08a'] },
  { words: ['warmer', 'warm light', 'warm colours', 'warm colors', 'warm tones'], colours: ['#d97a3a', '#ffd08a'] },
  {
    words: ['colder', 'cooler', 'cold light', 'cold colours', 'cold colors', 'cool tones'],
    colours: ['#3a6ea8', '#b8d8f0'],
  },
] as const;

/** The colours that a change wants the whole picture in; a colour that belongs to a subject is that subject's alone. */
export function readGrade(words: Words): string[] {
  const mood = MOODS.find(({ words: names }) => words.has(names));
  if (mood) return [...mood.colours];
  const taken = readCast(words).map(({ subject, colour }) => {
    const index = words.find(SUBJECTS[subject].words);
    return colour ?? colourAt(words, index) ?? colourAfter(words, index);
  });
  return namedColours(words, NO_COLOURS).filter((colour) => !taken.includes(colour));
}

/** A palette in other colours, each as bright as it was, so that the light stays what it is. */
export function gradePalette(palette: readonly string[], colours: readonly string[]): string[] {
  const [first] = colours;
  if (first === undefined) return [...palette];
  const last = colours[1] ?? lighten(first, 0.3);
  return palette.map((colour, index) => {
    // What the picture is about stands out from the rest.
    if (index === ACCENT) return last;
    const wanted = index === 2 && colours[2] ? colours[2] : (colours[TURNS[index] ?? 0] ?? first);
    return mix(colour, asBrightAs(wanted, brightness(colour)), SHARE);
  });
}

function asBrightAs(colour: string, wanted: number): string {
  const has = brightness(colour);
  return has > wanted ? darken(colour, 1 - wanted / has) : lighten(colour, (wanted - has) / (1 - has || 1));
}
