import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openapi } from '../../lib/studio/openapi.ts';

/** The API's own description, which is no part of this project. */
export const REFERENCE = path.join(import.meta.dirname, '../../../shared/videos-api/openapi.json');

export const noReference = existsSync(REFERENCE) ? false : `${REFERENCE} is not there`;

const JSON_TYPE = 'application/json';
/** The spritesheet's type, which the API's description leaves to its guide. */
const SAID_IN_PROSE = ['image/jpeg'];
/** A part of a file is what the whole is, says HTTP. */
const IMPLIED_BY: Record<number, string> = { 206: '200' };

/** A body is undefined where the answer is no JSON. */
type Check = (method: string, url: string, status: number, body: unknown, type?: string) => void;

const checkOwn = checkerOf(openapi, pointer('components', 'schemas', 'Error'));

/** Fails where an answer is not what the API's own description says; undefined where that is not there. */
export const checkReference: Check | undefined =
  noReference === false
    ? checkerOf(JSON.parse(readFileSync(REFERENCE, 'utf8')), pointer('components', 'schemas', 'ErrorResponse'))
    : undefined;

/** Fails where an answer is not what the studio's description and the API's own say. */
export const checkAnswer: Check = (...answer) => {
  checkOwn(...answer);
  const [method, url, status, body, type] = answer;
  checkReference?.(method, url, status, withKnownSizes(body), type);
};

/** Models of other providers make other sizes than the API lists; nothing else of their jobs may differ. */
function withKnownSizes(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withKnownSizes);
  if (typeof body !== 'object' || body === null) return body;
  if ('data' in body) return { ...body, data: withKnownSizes(body.data) };
  return 'size' in body && 'model' in body && String(body.model).includes('/') ? { ...body, size: '720x1280' } : body;
}

function checkerOf(description: unknown, envelope: string): Check {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'api', ...recordAt(description) });
  const templates = Object.keys(recordAt(description, 'paths'));
  return (method, url, status, body, type = JSON_TYPE) => {
    const what = `${method} ${url} ${status} (${type})`;
    const template = templateOf(templates, new URL(url).pathname.replace(/^\/v1(?=\/)/, ''));
    const keys = ['paths', template ?? '', method.toLowerCase(), 'responses'];
    const media = type.split(';')[0] ?? '';
    const responses = template === undefined ? {} : recordAt(description, ...keys);
    const key = [String(status), `${Math.floor(status / 100)}XX`].find((name) => name in responses);
    if (body === undefined) {
      const content = recordAt(responses, key ?? IMPLIED_BY[status] ?? '', 'content');
      const isKnown = status === 304 || media in content || SAID_IN_PROSE.includes(media);
      assert.ok(status < 400 && isKnown, `${what} is not described`);
      return;
    }
    // The API's description tells nothing of errors but their envelope, and none tells of addresses that are not there.
    assert.ok(key !== undefined || status >= 400, `${what} is not described`);
    const target = key === undefined ? envelope : pointer(...keys, key, 'content', JSON_TYPE, 'schema');
    const validate = ajv.getSchema(`api${target}`);
    assert.ok(validate, `${what} is not described`);
    assert.ok(validate(body), `${what}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
  };
}

function pointer(...keys: string[]): string {
  return `#/${keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
}

/** The described path that a request's belongs to; one without parameters goes first. */
function templateOf(templates: readonly string[], pathname: string): string | undefined {
  const matching = templates.filter((template) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  return matching.find((template) => !template.includes('{')) ?? matching[0];
}

/** Empty where there is no such thing. */
function recordAt(value: unknown, ...keys: string[]): Record<string, unknown> {
  return Object(keys.reduce((found, key) => Object(found)[key], value));
}
