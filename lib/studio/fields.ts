import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { systemCode } from '../errors.ts';
import { RequestError } from './answers.ts';
import { bodyLimitOf, bodyTooLarge } from './bodies.ts';

export type Fields = Record<string, unknown>;

const PART_LIMITS = {
  // One, and what is in JSON.
  files: 21,
  fields: 20,
  parts: 21,
  fieldNameSize: 100,
  headerPairs: 20,
};

const JSON_TYPE = 'application/json';
/** Of one part: more than the longest prompt takes. */
const MOST_JSON_BYTES = 256 * 1024;

/** What becomes of a file part; it must be read to its end. */
export type ReadFile = (part: MultipartFile) => Promise<unknown>;

/**
 * The body's fields, JSON or multipart: texts, what became of files, and what `video[id]`, `characters[][id]` or
 * `characters[0][id]` say in brackets as the objects and lists of JSON.
 * @throws RequestError 400 for a body that is neither, or with a parameter that is not known
 */
export async function readFields(
  request: FastifyRequest,
  parameters: readonly string[],
  { readFile, fileBytes }: { readFile?: ReadFile; fileBytes?: number } = {},
): Promise<Fields> {
  const fields = request.isMultipart()
    ? await multipartFields(request, parameters, fileBytes, readFile)
    : jsonFields(request.body);
  for (const name of Object.keys(fields)) requireKnown(name, parameters);
  return fields;
}

function jsonFields(body: unknown): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestError(400, 'The body must be a JSON object or multipart/form-data.', { code: 'invalid_body' });
  }
  return { ...body };
}

async function multipartFields(
  request: FastifyRequest,
  parameters: readonly string[],
  fileSize = 0,
  readFile: ReadFile = discard,
): Promise<Fields> {
  // Without a prototype, so that no field's name is one.
  const fields: Fields = Object.create(null);
  // Of what a form may have, texts may have as much as any other body: they stand in memory.
  const { bodyLimit } = request.routeOptions;
  let file: MultipartFile['file'] | undefined;
  let files = 0;
  const readPart = async (part: Multipart, isWanted: boolean): Promise<unknown> => {
    if (part.type === 'field') {
      if (part.valueTruncated) throw bodyTooLarge(bodyLimit);
      return part.value;
    }
    ({ file } = part);
    if (isJson(part)) return await readJson(part);
    if (++files > 1) throw new RequestError(413, 'A form brings one file at most.', { code: 'invalid_body' });
    return await (isWanted ? readFile : discard)(part);
  };
  const read = async () => {
    const limits = { ...PART_LIMITS, fieldSize: bodyLimit, fileSize: Math.max(fileSize, MOST_JSON_BYTES + 1) };
    for await (const part of request.parts({ limits, isPartAFile })) {
      const { name, key, listed, index } = nameOf(part.fieldname);
      const value = await readPart(part, parameters.includes(name));
      const entry = key === undefined ? value : { [key]: value };
      fields[name] = listed ? withEntry(fields[name], index, entry) : entry;
    }
  };
  try {
    const tooLarge = whenLargerThan(bodyLimitOf(request), request);
    await Promise.race([read(), tooLarge]);
  } catch (error) {
    // Nothing more of it comes, and whoever reads it would wait for ever.
    file?.destroy();
    // The parser gives no status to a body that ends too early or has no boundary.
    if (error instanceof RequestError || systemCode(error) === 'ENOSPC') throw error;
    if (error instanceof Error && 'statusCode' in error) throw error;
    throw new RequestError(400, 'The multipart body is damaged or cut off.', { code: 'invalid_body' });
  }
  return fields;
}

/** The parser would take a text in JSON of any size apart; as a file it is left to us. */
function isPartAFile(_name: string | undefined, type: string | undefined, fileName: string | undefined): boolean {
  return fileName !== undefined || type === 'application/octet-stream' || type === JSON_TYPE;
}

/** Not where it is a file's type. */
function isJson({ mimetype, filename }: MultipartFile): boolean {
  return mimetype === JSON_TYPE && filename === undefined;
}

async function readJson({ file, fieldname }: MultipartFile): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > MOST_JSON_BYTES) throw bodyTooLarge(MOST_JSON_BYTES);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new RequestError(400, `The part '${fieldname}' is said to be JSON, and is none.`, { code: 'invalid_body' });
  }
}

/** Rejects where more of the body comes; all of its texts are in memory. */
function whenLargerThan(mostBytes: number, { raw }: FastifyRequest): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  let bytes = 0;
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) reject(bodyTooLarge(mostBytes));
  });
  return promise;
}

function nameOf(field: string): { name: string; key?: string; listed: boolean; index?: number } {
  const [, name = field, list, key] = /^(\w+)(\[\d{0,3}\])?(?:\[(\w+)\])?$/.exec(field) ?? [];
  const index = list === undefined || list === '[]' ? undefined : Number(list.slice(1, -1));
  return { name, listed: list !== undefined, ...(key !== undefined && { key }), ...(index !== undefined && { index }) };
}

/** A list with one more entry; an index says which place it has among those with one. */
function withEntry(before: unknown, index: number | undefined, entry: unknown): unknown[] {
  const list = Array.isArray(before) ? [...before] : [];
  if (index === undefined || index >= list.length) return [...list, entry];
  return list.with(index, entry);
}

/** Read to its end all the same: whatever stands behind it is to be understood. */
const discard: ReadFile = async ({ file }) => {
  for await (const _chunk of file);
};

function requireKnown(name: string, parameters: readonly string[]): void {
  if (parameters.includes(name)) return;
  throw new RequestError(400, `Unknown parameter: '${name.slice(0, 80)}'.`, {
    param: name.slice(0, 80),
    code: 'unknown_parameter',
  });
}

export function requireValue(name: string, value: unknown): void {
  if (value !== undefined) return;
  throw new RequestError(400, `Missing required parameter: '${name}'.`, {
    param: name,
    code: 'missing_required_parameter',
  });
}

export function promptOf(fields: Fields): string {
  return textOf('prompt', fields.prompt, 32_000);
}

/** A required text of limited length. */
export function textOf(name: string, value: unknown, most: number): string {
  requireValue(name, value);
  requireString(name, value);
  if (value.length === 0)
    throw new RequestError(400, `Invalid '${name}': it must not be empty.`, {
      param: name,
      code: 'string_below_min_length',
    });
  if (value.length > most) {
    throw new RequestError(400, `Invalid '${name}': ${value.length} characters are more than ${most}.`, {
      param: name,
      code: 'string_above_max_length',
    });
  }
  return value;
}

/** One of some texts. */
export function choice(fields: Fields, name: string, values: readonly string[], fallback: string): string {
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

export function requireString(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string') return;
  throw new RequestError(400, `Invalid type for '${name}': expected a string, but got ${typeName(value)} instead.`, {
    param: name,
    code: 'invalid_type',
  });
}

export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
