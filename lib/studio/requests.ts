import type { FastifyRequest } from 'fastify';
import { checkImage } from '../media/image.ts';
import { RequestError } from './answers.ts';
import type { RecipeCharacter } from './engines/engine.ts';
import { choice, promptOf, readFields, requireString, typeName } from './fields.ts';
import type { JobRequest } from './jobs.ts';

export const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
export const SECONDS = ['4', '8', '12', '16', '20'];

const PARAMETERS = ['prompt', 'model', 'seconds', 'size', 'seed', 'input_reference', 'characters'];
export const SIZES = ['720x1280', '1280x720', '1024x1792', '1792x1024'];
const MOST_CHARACTERS = 2;
/** The studio has one engine; the retired API's names are understood so that old requests work. */
const MODELS = /^(animatic|sora-2(-pro)?(-\d{4}-\d{2}-\d{2})?)$/;
const DATA_URL = /^data:([\w.+/-]+)?(?:;[\w=.-]+)*;base64,/;

/** Finds a character by its id. */
type FindCharacter = (id: string) => Promise<RecipeCharacter | undefined>;

/** @throws RequestError 400, in the reference's words for the reference's cases */
export async function readCreateRequest(request: FastifyRequest, findCharacter: FindCharacter): Promise<JobRequest> {
  const fields = await readFields(request, PARAMETERS);
  const [width = 0, height = 0] = choice(fields, 'size', SIZES, '720x1280').split('x').map(Number);
  const seed = seedOf(fields.seed);
  checkModel(fields.model);
  const prompt = promptOf(fields);
  const seconds = Number(choice(fields, 'seconds', SECONDS, '4'));
  const characters = await charactersOf(fields.characters, findCharacter);
  const reference = await referenceOf(fields.input_reference);
  return {
    prompt,
    seconds,
    width,
    height,
    ...(seed !== undefined && { seed }),
    ...(reference && { reference }),
    ...(characters.length > 0 && { characters }),
  };
}

async function charactersOf(value: unknown, find: FindCharacter): Promise<RecipeCharacter[]> {
  if (value === undefined) return [];
  const invalid = (message: string, code: string) => new RequestError(400, message, { param: 'characters', code });
  if (!Array.isArray(value))
    throw invalid(
      `Invalid type for 'characters': expected an array, but got ${typeName(value)} instead.`,
      'invalid_type',
    );
  if (value.length > MOST_CHARACTERS)
    throw invalid(`Invalid 'characters': a clip has at most ${MOST_CHARACTERS} of them.`, 'array_above_max_length');
  const characters: RecipeCharacter[] = [];
  for (const entry of value) {
    const id = idOf(entry);
    if (id === undefined)
      throw invalid("Invalid 'characters': each entry is an object with an 'id', nothing else.", 'invalid_value');
    const character = await find(id);
    if (character === undefined)
      throw invalid(`Character with id '${id.slice(0, 80)}' not found.`, 'character_not_found');
    const isNew = characters.every((other) => other.id !== id);
    if (isNew) characters.push({ id, name: character.name });
  }
  return characters;
}

/** The `id` of an object that has nothing else. */
export function idOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value) || Object.keys(value).length !== 1)
    return undefined;
  return typeof value.id === 'string' ? value.id : undefined;
}

function seedOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const seed = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof seed !== 'number' || !Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RequestError(400, "Invalid 'seed': expected a whole number from 0 to 4294967295.", {
      param: 'seed',
      code: 'invalid_value',
    });
  }
  return seed;
}

function checkModel(value: unknown): void {
  if (value === undefined) return;
  requireString('model', value);
  if (!MODELS.test(value)) {
    throw new RequestError(
      400,
      `The model '${value.slice(0, 80)}' does not exist here: the studio renders previews with 'animatic'.`,
      {
        param: 'model',
        code: 'model_not_found',
      },
    );
  }
}

async function referenceOf(value: unknown): Promise<JobRequest['reference']> {
  if (value === undefined) return undefined;
  const invalid = (message: string, code: string) => new RequestError(400, message, { param: 'input_reference', code });
  if (typeof value === 'string') {
    throw invalid(
      "Invalid type for 'input_reference': expected an object or a file, but got a string instead.",
      'invalid_type',
    );
  }
  const bytes = Buffer.isBuffer(value) ? value : bytesOfUrl(value, invalid);
  if (bytes.length > MAX_IMAGE_BYTES)
    throw invalid(`The reference image has more than ${MAX_IMAGE_BYTES} bytes.`, 'image_too_large');
  try {
    const { mediaType } = await checkImage(bytes);
    return { bytes, suffix: mediaType.replace('image/', '') };
  } catch (error) {
    throw invalid(
      `The reference image cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      'invalid_image',
    );
  }
}

function bytesOfUrl(value: unknown, invalid: (message: string, code: string) => RequestError): Buffer {
  const url = typeof value === 'object' && value !== null && 'image_url' in value ? value.image_url : undefined;
  if (typeof url !== 'string')
    throw invalid("'input_reference' needs 'image_url'; this studio stores no files for 'file_id'.", 'invalid_value');
  const prefix = DATA_URL.exec(url)?.[0];
  if (prefix === undefined)
    throw invalid(
      'This studio fetches no addresses: send the image as a file or as a base64 data URL.',
      'invalid_image_url',
    );
  return Buffer.from(url.slice(prefix.length), 'base64');
}
