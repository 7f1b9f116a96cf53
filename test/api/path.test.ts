import assert from 'node:assert/strict';
import { test } from 'node:test';
import { path } from '../../lib/api/path.ts';
import { openApi } from '../support/api.ts';
import { answerJson, listen } from '../support/server.ts';

const DANGEROUS = [
  '',
  '.',
  '..',
  '../x',
  'a/../b',
  '..\\x',
  '%2e%2e',
  '%252e%252e',
  '%2e%2e%2fx',
  '%2E./x',
  'a\0b',
  'a\nb',
  'a b',
];

test('an id is encoded, so that it stays one part of the path', () => {
  assert.equal(path`/videos/${'a=b+c/d?e#f'}/content`, '/videos/a%3Db%2Bc%2Fd%3Fe%23f/content');
  assert.equal(path`/videos/${'video_68f0c2.v1-x'}`, '/videos/video_68f0c2.v1-x');
  assert.equal(path`/a/${'1'}/b/${'2'}`, '/a/1/b/2');
});

test('an id that could lead elsewhere is refused before anything is sent', async () => {
  await using server = await listen((_, response) => answerJson(response, {}));
  await using client = await openApi(server.baseUrl);
  const { api } = client;
  for (const id of [...DANGEROUS, 'x'.repeat(1_025), '\ud800']) {
    const refused = { code: 'invalid_argument' };
    await assert.rejects(api.retrieve(id), refused, id);
    await assert.rejects(api.delete(id), refused, id);
    await assert.rejects(async () => await api.content(id), refused, id);
    await assert.rejects(api.remix(id, { prompt: 'x' }), refused, id);
    await assert.rejects(api.download(id), refused, id);
    await assert.rejects(api.retrieveCharacter(id), refused, id);
  }
  assert.equal(server.received.length, 0);
});
