import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openApi } from '../support/api.ts';
import { mp4 } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';

const CLIP = mp4(Buffer.alloc(4_096, 'frame'));

/** Answers a create with the clip itself, and knows of no job afterwards. */
const atOnce = () =>
  listen((request, response) => {
    if (request.method !== 'POST') return answerJson(response, { detail: 'Not Found' }, 404);
    return answerJson(response, { created: 1, data: [{ b64_json: CLIP.toString('base64') }] });
  });

test('a clip that came in the answer to its create is there for the next process, too', async () => {
  await using server = await atOnce();
  await using first = await openApi(server.baseUrl);
  const state = path.join(first.folder, 'state');
  const { id } = await first.api.create({ prompt: 'A boat' });
  await using second = await openApi(server.baseUrl, { state });
  assert.equal((await second.api.retrieve(id)).status, 'completed');
  assert.equal((await second.api.download(id)).bytes, CLIP.length);
  await using elsewhere = await openApi(server.baseUrl, { state, serverName: 'another server' });
  await assert.rejects(elsewhere.api.retrieve(id), /404/);
});

test('it is forgotten with its job', async () => {
  await using server = await listen((request, response) => {
    if (request.method === 'DELETE') return answerJson(response, { deleted: true });
    return answerJson(response, { id: 'clip-1', status: 'completed', data: [{ b64_json: CLIP.toString('base64') }] });
  });
  await using client = await openApi(server.baseUrl);
  const { id } = await client.api.create({ prompt: 'A boat' });
  const answers = path.join(client.folder, 'state', 'answers');
  assert.equal((await readdir(answers)).length, 1);
  assert.ok(await client.api.delete(id));
  assert.deepEqual(await readdir(answers), []);
});
