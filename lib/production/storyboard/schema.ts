/** What the words of a storyboard are, for editors and for our own check. */

/** Characters of a prompt at most. */
export const LONGEST_PROMPT = 32_000;

const VALUES = {
  type: 'object',
  description: 'Values for the {names} of a template.',
  additionalProperties: { type: ['string', 'number', 'boolean'] },
} as const;

/** What every shot may have, and `defaults` may set for all. */
const COMMON = {
  template: {
    type: 'string',
    minLength: 1,
    description:
      'A prompt with {names}, which are filled in from variables or from the columns of the table; {{ is a brace.',
  },
  variables: VALUES,
  seconds: { type: 'integer', minimum: 1, maximum: 600, description: 'Length; usually 4, 8 or 12.' },
  size: { type: 'string', pattern: '^[1-9]\\d{1,4}x[1-9]\\d{1,4}$', description: 'Such as 1280x720 or 720x1280.' },
  model: { type: 'string', minLength: 1, description: 'A model of the server.' },
  input_reference: {
    type: 'string',
    minLength: 1,
    description: 'The first frame: an image in the workspace, or an https address.',
  },
  fit: {
    enum: ['cover', 'contain', 'stretch', 'none'],
    description: 'How a first frame of another shape is brought to the size; cover if left out.',
  },
  characters: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    description: 'Ids of characters that the prompt names.',
  },
} as const;

const REFERENCE = { type: ['string', 'integer'], minLength: 1 } as const;

export const SHOT_SCHEMA = {
  type: 'object',
  properties: {
    id: {
      type: ['string', 'integer'],
      pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N}_-]{0,63}$',
      description: 'Letters, digits, - and _. Left out: shot-1, shot-2, … by its place.',
    },
    prompt: { type: 'string', minLength: 1, maxLength: LONGEST_PROMPT, description: 'Taken as it stands.' },
    ...COMMON,
    continue_from: { ...REFERENCE, description: 'Id of a shot whose last frame is the first of this one.' },
    extends: { ...REFERENCE, description: 'Id of a shot that is made longer, by `seconds`.' },
    remix_of: { ...REFERENCE, description: 'Id of a shot that is made again with another prompt.' },
    variations: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      description: 'How many takes are made of it; the second is called ID.2.',
    },
  },
  required: [],
  additionalProperties: false,
} as const;

export const STORYBOARD_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Storyboard of video-toolset',
  type: 'object',
  properties: {
    $schema: { type: 'string' },
    title: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      description:
        'With the workspace and the server it says which storyboard this is: the same title goes on with its clips.',
    },
    defaults: {
      type: 'object',
      properties: COMMON,
      additionalProperties: false,
      description: 'For every shot that does not say otherwise.',
    },
    shots: { type: 'array', items: SHOT_SCHEMA, description: 'In the order of the film.' },
    table: {
      type: 'string',
      pattern: '\\.(csv|tsv|jsonl|ndjson)$',
      description:
        'A file beside this one with a shot in each row: columns that are called like a property of a shot set it, all others are variables.',
    },
    output: {
      type: 'object',
      properties: {
        concatenate: { type: 'boolean', description: 'One film of the shots; true if left out, but for a table.' },
        order: {
          type: 'array',
          items: REFERENCE,
          minItems: 1,
          description: 'Ids of shots; left out: all, as they stand here.',
        },
        publish: { type: 'boolean', description: 'Is the film published, as the shots are? true if left out.' },
        poster: { type: 'number', minimum: 0, description: 'The second of the film that its poster shows.' },
      },
      additionalProperties: false,
    },
  },
  required: ['title'],
  additionalProperties: false,
} as const;

/** A storyboard as it is written. */
export interface StoryboardDocument {
  title: string;
  defaults?: ShotDefaults;
  shots?: WrittenShot[];
  table?: string;
  output?: { concatenate?: boolean; order?: (string | number)[]; publish?: boolean; poster?: number };
}

export interface ShotDefaults {
  template?: string;
  variables?: Variables;
  seconds?: number;
  size?: string;
  model?: string;
  input_reference?: string;
  fit?: 'cover' | 'contain' | 'stretch' | 'none';
  characters?: string[];
}

export type Variables = Record<string, string | number | boolean>;

export interface WrittenShot extends ShotDefaults {
  id?: string | number;
  prompt?: string;
  continue_from?: string | number;
  extends?: string | number;
  remix_of?: string | number;
  variations?: number;
}
