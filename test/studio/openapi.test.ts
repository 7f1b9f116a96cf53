import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openapi } from '../../lib/studio/server.ts';
import { checkAnswer, noReference, REFERENCE } from '../support/contract.ts';
import { openStudio } from './support.ts';

const METHODS = ['get', 'post', 'delete'];

test('the studio serves its description', async () => {
  await using studio = await openStudio();
  const response = await fetch(new URL('/openapi.json', studio.baseUrl));
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), JSON.parse(JSON.stringify(openapi)));
});

test('each schema of the description is valid, and all references lead somewhere', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ ...JSON.parse(JSON.stringify(openapi)), $id: 'api' });
  for (const name of Object.keys(openapi.components.schemas))
    assert.ok(ajv.getSchema(`api#/components/schemas/${name}`));
  for (const [, name = ''] of JSON.stringify(openapi.paths).matchAll(/#\/components\/schemas\/(\w+)/g)) {
    assert.ok(name in openapi.components.schemas, name);
  }
});

test('an answer that is not as described fails', () => {
  const url = 'http://127.0.0.1/v1/videos/characters/char_1';
  assert.throws(() => checkAnswer('GET', url, 200, { id: 'char_1' }), /must have required property 'name'/);
  assert.throws(() => checkAnswer('GET', url, 404, { message: 'gone' }), /must have required property 'error'/);
});

test('the description has the ten operations of the API', { skip: noReference }, () => {
  assert.deepEqual(operationsOf(openapi.paths), operationsOf(JSON.parse(readFileSync(REFERENCE, 'utf8')).paths));
  assert.equal(operationsOf(openapi.paths).length, 10);
});

function operationsOf(paths: Record<string, object>): string[] {
  return Object.entries(paths)
    .flatMap(([path, item]) => Object.keys(item).flatMap((key) => (METHODS.includes(key) ? [`${key} ${path}`] : [])))
    .sort();
}
