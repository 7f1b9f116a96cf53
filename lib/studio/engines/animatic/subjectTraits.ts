import type { Place } from './place.ts';

/** What a subject stands in: it floats on water, walks on the ground or hangs in the air. */
type Home = 'water' | 'ground' | 'air';

interface SubjectTraits {
  words: readonly string[];
  home: Home;
  /** Where it is seen when the prompt names no place. */
  place: Place;
  /** What colour it has when the prompt names none. */
  colour: string;
  /** Whether it travels; the world then passes by. */
  moves: boolean;
}

const traits = (home: Home, place: Place, colour: string, moves: boolean, words: string): SubjectTraits => ({
  words: words.split(', '),
  home,
  place,
  colour,
  moves,
});

export const SUBJECTS = {
  paperboat: traits('water', 'gutter', '#fff4e0', true, 'paper boat, paper ship, toy boat, origami boat'),
  boat: traits('water', 'sea', '#d9573f', true, 'boat, sailboat, sail, sailing, yacht, canoe, kayak, gondola, raft'),
  ship: traits('water', 'sea', '#b5443a', true, 'ship, ferry, vessel, cruise, tanker, galleon, trawler'),
  whale: traits('water', 'sea', '#4f7fa8', true, 'whale, dolphin, orca'),
  fish: traits('air', 'underwater', '#ff8c42', true, 'fish, shark, koi, goldfish, turtle, jellyfish, octopus'),
  lighthouse: traits('ground', 'sea', '#e0483e', false, 'lighthouse, beacon'),
  rocket: traits('air', 'space', '#f2efe9', true, 'rocket, spaceship, spacecraft, shuttle, missile'),
  balloon: traits('air', 'sky', '#e8553d', true, 'balloon, airship, zeppelin'),
  plane: traits('air', 'sky', '#f2f2ee', true, 'plane, airplane, aeroplane, jet, aircraft, glider, drone, helicopter'),
  kite: traits('air', 'field', '#ff5d5d', true, 'kite'),
  butterfly: traits('air', 'field', '#f59e2e', true, 'butterfly, moth, dragonfly, bee'),
  bird: traits(
    'air',
    'sky',
    '#f4f1ea',
    true,
    'bird, seagull, gull, eagle, crow, raven, owl, swan, sparrow, heron, flock, hawk, pigeon, dove, parrot, crane, goose, geese, dragon, bat',
  ),
  lantern: traits('air', 'lake', '#ffb347', true, 'lantern, lampion'),
  candle: traits('ground', 'interior', '#fff0d0', false, 'candle, candlelight'),
  cup: traits(
    'ground',
    'interior',
    '#f6efe4',
    false,
    'cup, coffee, tea, mug, espresso, cappuccino, latte, teacup, bowl',
  ),
  train: traits('ground', 'road', '#c8443a', true, 'train, tram, locomotive, subway, metro'),
  car: traits(
    'ground',
    'road',
    '#e5493d',
    true,
    'car, taxi, cab, truck, van, bus, automobile, convertible, vehicle, jeep',
  ),
  bicycle: traits(
    'ground',
    'road',
    '#ffb52e',
    true,
    'bicycle, bike, cyclist, cycling, motorcycle, motorbike, biker, scooter',
  ),
  robot: traits('ground', 'city', '#9fb4c4', true, 'robot, android, droid, cyborg, mech, astronaut, cosmonaut'),
  fox: traits('ground', 'forest', '#e2702a', true, 'fox'),
  cat: traits('ground', 'rooftops', '#3c3a46', true, 'cat, kitten, tiger, lion, panther, leopard, cheetah'),
  dog: traits(
    'ground',
    'field',
    '#c98f4f',
    true,
    'dog, puppy, wolf, husky, retriever, corgi, bear, pig, sheep, cow, animal, squirrel, mouse, rabbit, hare',
  ),
  deer: traits('ground', 'forest', '#a8703f', true, 'deer, stag, moose, elk, reindeer, antelope, goat, giraffe'),
  horse: traits(
    'ground',
    'field',
    '#7b4a2d',
    true,
    'horse, pony, stallion, unicorn, foal, rider, cowboy, camel, zebra, donkey',
  ),
  person: traits(
    'ground',
    'city',
    '#d9483b',
    true,
    'person, man, woman, girl, boy, child, kid, people, dancer, couple, traveler, traveller, hiker, walker, runner, figure, someone, lady, children, men, women, monk, detective, knight, samurai, wizard, musician, crowd, surfer, skier, chef, barista, painter, fisherman, friend, pedestrian, student, scientist, witch, king, queen, princess',
  ),
  house: traits(
    'ground',
    'field',
    '#b9503f',
    false,
    'house, cabin, cottage, hut, barn, home, castle, temple, church, windmill, tower, igloo',
  ),
  flower: traits(
    'ground',
    'field',
    '#f0567f',
    false,
    'flower, rose, tulip, sunflower, daisy, poppy, lotus, lily, blossom, orchid, lavender, dandelion',
  ),
  tree: traits(
    'ground',
    'field',
    '#4f8f4a',
    false,
    'tree, oak, pine, willow, maple, birch, bonsai, palm, cactus, baobab',
  ),
  form: traits('air', 'abstract', '#ffb52e', true, 'orb, sphere, crystal, sculpture, ribbon, glass ball, bubble'),
} as const satisfies Record<string, SubjectTraits>;

export type SubjectName = keyof typeof SUBJECTS;

export function subjectNames(): SubjectName[] {
  return Object.keys(SUBJECTS).filter((name) => isSubject(name));
}

function isSubject(name: string): name is SubjectName {
  return Object.hasOwn(SUBJECTS, name);
}
