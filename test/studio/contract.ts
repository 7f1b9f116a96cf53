import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openapi } from '../../lib/studio/server.ts';

/** The API's own description, which is no part of this project. */
export const REFERENCE = path.join(import.meta.dirname, '../../../shared/videos-api/openapi.json');

export const noReference = existsSync(REFERENCE) ? false : `${REFERENCE} is not there`;

type Check = (method: string, url: string, status: number, body: unknown) => void;

const checks = [checkerOf(openapi)];
if (!noReference) checks.push(checkerOf(JSON.parse(readFileSync(REFERENCE, 'utf8'))));

/** Fails where an answer is not what the studio's description and the API's own say. */
export const checkAnswer: Check = (...answer) => {
  for (const check of checks) check(...answer);
};

function checkerOf(description: unknown): Check {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'api', ...objectAt(description) });
  const paths = objectAt(description, 'paths');
  return (method, url, status, body) => {
    const template = templateOf(Object.keys(paths), new URL(url).pathname.replace('/v1', ''));
    const responses = objectAt(paths, template, method.toLowerCase(), 'responses');
    const key = [String(status), `${Math.floor(status / 100)}XX`].find((name) => name in responses);
    const answer = pointer('paths', template, method.toLowerCase(), 'responses', key ?? '', ...CONTENT);
    // The API's description tells nothing of errors but their envelope.
    const target = key === undefined ? pointer('components', 'schemas', 'ErrorResponse') : answer;
    const validate = ajv.getSchema(`api${target}`);
    assert.ok(validate, `${method} ${template} ${status} is described`);
    assert.ok(
      validate(body),
      `${method} ${url} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`,
    );
  };
}

const CONTENT = ['content', 'application/json', 'schema'];

function pointer(...keys: string[]): string {
  return `#/${keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
}

/** The described path that a request's belongs to; one without parameters goes first. */
function templateOf(templates: readonly string[], pathname: string): string {
  const matching = templates.filter((template) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  const found = matching.find((template) => !template.includes('{')) ?? matching[0];
  assert.ok(found, `${pathname} is described`);
  return found;
}

function objectAt(value: unknown, ...keys: string[]): Record<string, unknown> {
  let found = value;
  for (const key of keys) found = objectAt(found)[key];
  assert.ok(typeof found === 'object' && found !== null, keys.join('.'));
  return { ...found };
}
