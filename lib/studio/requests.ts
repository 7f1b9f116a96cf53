import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { VideoToolsetError } from '../errors.ts';
import { checkImage, type ImageFacts } from '../media/image.ts';
import { RequestError } from './answers.ts';
import type { RecipeCharacter } from './engines/engine.ts';
import { choice, type Fields, promptOf, readFields, requireString, typeName } from './fields.ts';
import type { JobRequest } from './jobs.ts';
import type { ChosenModel } from './models.ts';
import { Upload, type Uploads } from './uploads.ts';

export const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
export const SECONDS = ['4', '8', '12', '16', '20'];

const PARAMETERS = ['prompt', 'model', 'seconds', 'size', 'seed', 'input_reference', 'characters'];
export const SIZES = ['720x1280', '1280x720', '1024x1792', '1792x1024'];
const MOST_CHARACTERS = 2;
const MOST_MODEL_CHARACTERS = 200;
/** Models elsewhere take other sizes and lengths than the studio's own engine: what they do not offer is mapped. */
const ANY_SIZE = /^([1-9]\d{1,3})x([1-9]\d{1,3})$/;
const MOST_REMOTE_SECONDS = 60;
/** What stands before the bytes of a data URL; of more the expression would run out of stack. */
const MOST_PREFIX_CHARACTERS = 1_000;
const DATA_URL = /^data:([\w.+/-]+)?(?:;[\w=.-]+)*;base64,/;

/** Finds a character by its id. */
type FindCharacter = (id: string) => Promise<RecipeCharacter | undefined>;

export interface RequestReader {
  findCharacter: FindCharacter;
  chooseModel(name: string | undefined): Promise<ChosenModel>;
  /** Fetches the picture at an address. */
  fetchImage(address: string, uploads: Uploads, signal: AbortSignal): Promise<Upload>;
}

/** @throws RequestError 400, in the reference's words for the reference's cases */
export async function readCreateRequest(
  request: FastifyRequest,
  { findCharacter, chooseModel, fetchImage }: RequestReader,
  uploads: Uploads,
): Promise<JobRequest> {
  const fields = await readFields(request, PARAMETERS, {
    readFile: ({ file }) => savedImage(file, uploads),
    // One more than is taken, so that more is seen.
    fileBytes: MAX_IMAGE_BYTES + 1,
  });
  const chosen = await chooseModel(modelOf(fields.model));
  const isRemote = chosen.remote !== undefined;
  const [width = 0, height = 0] = sizeOf(fields, isRemote);
  const seed = seedOf(fields.seed);
  const prompt = promptOf(fields);
  const seconds = isRemote ? remoteSecondsOf(fields.seconds) : Number(choice(fields, 'seconds', SECONDS, '4'));
  const characters = isRemote ? noCharacters(fields) : await charactersOf(fields.characters, findCharacter);
  const reference = await referenceOf(fields.input_reference, { uploads, fetchImage, signal: request.signal });
  return {
    ...chosen,
    prompt,
    seconds,
    width,
    height,
    ...(seed !== undefined && { seed }),
    ...(reference && { reference }),
    ...(characters.length > 0 && { characters }),
  };
}

function sizeOf(fields: Fields, isRemote: boolean): number[] {
  const { size } = fields;
  if (!isRemote || typeof size !== 'string') return choice(fields, 'size', SIZES, '720x1280').split('x').map(Number);
  const [, ...sides] = ANY_SIZE.exec(size) ?? [];
  if (sides.length === 2) return sides.map(Number);
  throw new RequestError(400, "Invalid 'size': expected width and height in pixels, such as '1280x720'.", {
    param: 'size',
    code: 'invalid_value',
  });
}

function remoteSecondsOf(value: unknown): number {
  if (value === undefined) return 4;
  const seconds = typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : Number.NaN;
  if (seconds >= 1 && seconds <= MOST_REMOTE_SECONDS) return seconds;
  throw new RequestError(
    400,
    `Invalid 'seconds': expected a whole number from 1 to ${MOST_REMOTE_SECONDS}, as a text.`,
    { param: 'seconds', code: typeof value === 'string' ? 'invalid_value' : 'invalid_type' },
  );
}

function noCharacters({ characters }: Fields): RecipeCharacter[] {
  if (characters === undefined) return [];
  throw new RequestError(
    400,
    "'characters' are figures that the studio's own engine draws: no other model knows them.",
    {
      param: 'characters',
      code: 'unsupported_parameter',
    },
  );
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

function modelOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  requireString('model', value);
  if (value.length <= MOST_MODEL_CHARACTERS) return value;
  throw new RequestError(400, `Invalid 'model': a name has at most ${MOST_MODEL_CHARACTERS} characters.`, {
    param: 'model',
    code: 'string_above_max_length',
  });
}

interface ImageSource extends Pick<RequestReader, 'fetchImage'> {
  uploads: Uploads;
  signal: AbortSignal;
}

async function referenceOf(value: unknown, source: ImageSource): Promise<JobRequest['reference']> {
  if (value === undefined) return undefined;
  if (typeof value === 'string') {
    throw invalidImage(
      "Invalid type for 'input_reference': expected an object or a file, but got a string instead.",
      'invalid_type',
    );
  }
  const { path, bytes } = value instanceof Upload ? value : await imageAt(value, source);
  try {
    const { mediaType } = await checkedImage(path);
    return { path, bytes, suffix: mediaType.replace('image/', '') };
  } catch (error) {
    if (!(error instanceof VideoToolsetError)) throw error;
    throw invalidImage(`The reference image cannot be used: ${error.message}`, 'invalid_image');
  }
}

/** One at a time, as they are decoded: those that wait lie on the disk, where the network is faster than the decoder. */
function checkedImage(path: string): Promise<ImageFacts> {
  const checked = last.then(async () => checkImage(await readFile(path)));
  last = checked.catch(() => undefined);
  return checked;
}

let last: Promise<unknown> = Promise.resolve();

async function imageAt(value: unknown, { uploads, fetchImage, signal }: ImageSource): Promise<Upload> {
  const url = typeof value === 'object' && value !== null && 'image_url' in value ? value.image_url : undefined;
  if (typeof url !== 'string')
    throw invalidImage(
      "'input_reference' needs 'image_url'; this studio stores no files for 'file_id'.",
      'invalid_value',
    );
  if (/^https?:/i.test(url) && URL.canParse(url)) return await fetchImage(url, uploads, signal);
  const prefix = DATA_URL.exec(url.slice(0, MOST_PREFIX_CHARACTERS))?.[0];
  if (prefix === undefined)
    throw invalidImage(
      "'image_url' is neither an address that begins with http:// or https:// nor a base64 data URL.",
      'invalid_image_url',
    );
  return await savedImage(Readable.from([Buffer.from(url.slice(prefix.length), 'base64')]), uploads);
}

async function savedImage(bytes: Readable, uploads: Uploads): Promise<Upload> {
  const upload = await uploads.save(bytes, MAX_IMAGE_BYTES);
  if (upload !== undefined) return upload;
  throw new RequestError(413, `The reference image has more than ${MAX_IMAGE_BYTES} bytes.`, {
    param: 'input_reference',
    code: 'image_too_large',
  });
}

function invalidImage(message: string, code: string): RequestError {
  return new RequestError(400, message, { param: 'input_reference', code });
}
