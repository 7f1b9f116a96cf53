import { SUBJECTS, type SubjectName } from './subjectTraits.ts';
import type { Words } from './words.ts';

/** The more telling place first: a paper boat in a gutter of a city is in the gutter. */
const PLACES = {
  gutter: ['gutter', 'puddle', 'storm drain', 'curb', 'kerb'],
  underwater: ['underwater', 'coral', 'reef', 'seabed', 'ocean floor', 'deep sea', 'aquarium'],
  space: ['space', 'galaxy', 'nebula', 'planet', 'cosmos', 'cosmic', 'mars', 'asteroid', 'universe', 'milky way'],
  interior: [
    'table',
    'cafe',
    'café',
    'kitchen',
    'room',
    'interior',
    'indoors',
    'desk',
    'windowsill',
    'library',
    'office',
    'bedroom',
    'bar',
    'restaurant',
    'sofa',
    'studio',
  ],
  rooftops: ['rooftop', 'roof', 'chimney'],
  road: ['road', 'highway', 'motorway', 'railway', 'rails', 'freeway', 'racetrack'],
  city: [
    'city',
    'street',
    'town',
    'skyline',
    'downtown',
    'urban',
    'alley',
    'avenue',
    'skyscraper',
    'neon',
    'market',
    'tokyo',
    'paris',
    'london',
    'new york',
    'metropolis',
    'village',
    'sidewalk',
  ],
  lake: ['lake', 'pond', 'lagoon'],
  river: ['river', 'stream', 'creek', 'canal', 'brook', 'waterfall'],
  beach: ['beach', 'shore', 'coast', 'island', 'seaside'],
  sea: ['sea', 'ocean', 'waves', 'harbor', 'harbour', 'bay', 'cliff', 'fjord', 'surf'],
  desert: ['desert', 'dune', 'sahara', 'canyon', 'savanna', 'savannah'],
  forest: ['forest', 'park', 'jungle', 'wood', 'grove', 'garden', 'rainforest', 'woodland'],
  mountains: ['mountain', 'alps', 'hill', 'valley', 'peak', 'ridge', 'volcano'],
  field: ['field', 'meadow', 'prairie', 'grass', 'farm', 'pasture', 'countryside', 'steppe', 'lawn', 'vineyard'],
  snow: ['arctic', 'tundra', 'antarctica', 'ice', 'glacier', 'iceberg', 'polar', 'snow', 'snowy', 'winter'],
  sky: ['sky', 'cloud'],
  abstract: [
    'abstract',
    'pattern',
    'shape',
    'fractal',
    'geometric',
    'dream',
    'surreal',
    'psychedelic',
    'music',
    'jazz',
  ],
} as const;

export type Place = keyof typeof PLACES;

const ORDER = [
  'gutter',
  'underwater',
  'space',
  'interior',
  'rooftops',
  'road',
  'city',
  'lake',
  'river',
  'beach',
  'sea',
  'desert',
  'forest',
  'mountains',
  'field',
  'snow',
  'sky',
  'abstract',
] as const;
const FALLBACK = ['abstract', 'field', 'mountains', 'sea'] as const;

/** The water a boat finds where there is none. */
const FLOODED: Partial<Record<Place, Place>> = {
  road: 'gutter',
  city: 'river',
  rooftops: 'river',
  desert: 'river',
  forest: 'lake',
  mountains: 'lake',
  field: 'river',
  snow: 'sea',
  sky: 'sea',
  interior: 'sea',
};

/** Words that name a place at the start of a clip, and only weather or light in a change to it. */
const PASSING = ['snow', 'snowy', 'winter', 'ice', 'sky', 'cloud', 'neon', 'bar', 'shape', 'pattern', 'music', 'dream'];
/** How an edit says that the place itself is meant. */
const MOVING = [
  ...['set it', 'set in', 'set on', 'move it', 'move them', 'put it', 'place it', 'take it', 'relocate', 'background'],
  ...['setting', 'location', 'change the place', 'in a', 'in the', 'on a', 'on the', 'at a', 'at the'],
];

/** Where the prompt plays, and the second place it names, which is seen behind. */
export function readPlace(
  words: Words,
  subject: SubjectName | undefined,
  chance: number,
): { place: Place; backdrop: Place | undefined } {
  const named = ORDER.filter((place) => words.has(PLACES[place]));
  const home = subject ? SUBJECTS[subject].home : undefined;
  const first = named[0];
  if (first === undefined || (first === 'sky' && home !== 'air')) {
    const usual = subject ? SUBJECTS[subject].place : FALLBACK[Math.floor(chance * FALLBACK.length)];
    return { place: first === 'sky' && !subject ? 'sky' : (usual ?? 'abstract'), backdrop: undefined };
  }
  const flooded = home === 'water' ? FLOODED[first] : undefined;
  return flooded ? { place: flooded, backdrop: first } : { place: first, backdrop: named[1] };
}

/** Where it plays after a change: an edit must say that it moves, and what only sounds like a place moves nothing. */
export function changePlace(
  before: { place: Place; backdrop: Place | undefined },
  kind: 'remix' | 'edit' | 'extension',
  words: Words,
  subject: SubjectName | undefined,
): { place: Place; backdrop: Place | undefined } {
  const lasting: Words = {
    ...words,
    find: (candidates) => words.find(lastingOf(candidates)),
    has: (candidates) => words.has(lastingOf(candidates)),
  };
  const named = ORDER.some((place) => lasting.has(PLACES[place]));
  if (!named || (kind === 'edit' && !words.has(MOVING))) return { place: before.place, backdrop: before.backdrop };
  return readPlace(lasting, subject, 0);
}

function lastingOf(candidates: readonly string[]): string[] {
  return candidates.filter((candidate) => !PASSING.includes(candidate));
}
