import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { checkImage } from '../media/image.ts';
import { RequestError } from './answers.ts';
import type { JobRequest } from './jobs.ts';

export const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

const PARAMETERS = ['prompt', 'model', 'seconds', 'size', 'seed', 'input_reference'];
const SECONDS = ['4', '8', '12', '16', '20'];
const SIZES = ['720x1280', '1280x720', '1024x1792', '1792x1024'];
/** The studio has one engine; the retired API's names are understood so that old requests work. */
const MODELS = /^(animatic|sora-2(-pro)?(-\d{4}-\d{2}-\d{2})?)$/;
const DATA_URL = /^data:([\w.+/-]+)?(?:;[\w=.-]+)*;base64,/;

type Fields = Record<string, unknown>;

/** @throws RequestError 400, in the reference's words for the reference's cases */
export async function readCreateRequest(request: FastifyRequest): Promise<JobRequest> {
  const fields = request.isMultipart() ? await multipartFields(request) : jsonFields(request.body);
  const unknown = Object.keys(fields).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined)
    throw new RequestError(400, `Unknown parameter: '${unknown}'.`, { param: unknown, code: 'unknown_parameter' });
  const [width = 0, height = 0] = choice(fields, 'size', SIZES, '720x1280').split('x').map(Number);
  const seed = seedOf(fields.seed);
  checkModel(fields.model);
  const reference = await referenceOf(fields.input_reference);
  return {
    prompt: promptOf(fields.prompt),
    seconds: Number(choice(fields, 'seconds', SECONDS, '4')),
    width,
    height,
    ...(seed !== undefined && { seed }),
    ...(reference && { reference }),
  };
}

function jsonFields(body: unknown): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestError(400, 'The body must be a JSON object or multipart/form-data.', { code: 'invalid_body' });
  }
  return { ...body };
}

/** Fields as texts, files as bytes; `input_reference[image_url]` becomes an object as in JSON. */
async function multipartFields(request: FastifyRequest): Promise<Fields> {
  const fields: Fields = {};
  try {
    for await (const part of request.parts()) {
      const [, name = part.fieldname, key] = /^(\w+)\[(\w+)\]$/.exec(part.fieldname) ?? [];
      const value = await partValue(part);
      fields[name] = key === undefined ? value : { [key]: value };
    }
  } catch (error) {
    // The parser gives no status to a body that ends too early or has no boundary.
    if (error instanceof Error && 'statusCode' in error) throw error;
    throw new RequestError(400, 'The multipart body is damaged or cut off.', { code: 'invalid_body' });
  }
  return fields;
}

async function partValue(part: MultipartFile | MultipartValue): Promise<unknown> {
  return part.type === 'file' ? await part.toBuffer() : part.value;
}

function promptOf(value: unknown): string {
  if (value === undefined)
    throw new RequestError(400, "Missing required parameter: 'prompt'.", {
      param: 'prompt',
      code: 'missing_required_parameter',
    });
  requireString('prompt', value);
  if (value.length === 0)
    throw new RequestError(400, "Invalid 'prompt': it must not be empty.", {
      param: 'prompt',
      code: 'string_below_min_length',
    });
  if (value.length > 32_000) {
    throw new RequestError(400, `Invalid 'prompt': ${value.length} characters are more than 32000.`, {
      param: 'prompt',
      code: 'string_above_max_length',
    });
  }
  return value;
}

function choice(fields: Fields, name: string, values: readonly string[], fallback: string): string {
  const value = fields[name] ?? fallback;
  const list = values.map((entry) => `'${entry}'`).join(', ');
  if (typeof value !== 'string') {
    throw new RequestError(
      400,
      `Invalid type for '${name}': expected one of ${list}, but got ${typeName(value)} instead.`,
      { param: name, code: 'invalid_type' },
    );
  }
  if (!values.includes(value)) {
    throw new RequestError(400, `Invalid value: '${value.slice(0, 40)}'. Supported values are: ${list}.`, {
      param: name,
      code: 'invalid_value',
    });
  }
  return value;
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

function requireString(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string') return;
  throw new RequestError(400, `Invalid type for '${name}': expected a string, but got ${typeName(value)} instead.`, {
    param: name,
    code: 'invalid_type',
  });
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
