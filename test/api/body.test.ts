import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { VideoApi } from '../../lib/api/video.ts';
import { openApi } from '../support/api.ts';
import { mp4, picture } from '../support/media.ts';
import { answerJson, listen, type Received } from '../support/server.ts';

type Call = (api: VideoApi) => Promise<unknown>;

/** What a call sends from a workspace that holds a picture and a clip. */
async function sent(call: Call, model?: string): Promise<Received> {
  await using server = await listen((_, response) => answerJson(response, { id: 'v', status: 'queued' }));
  await using client = await openApi(server.baseUrl, model === undefined ? {} : { model });
  const { root } = client.workspace;
  await mkdir(path.join(root, 'shots'), { recursive: true });
  await writeFile(path.join(root, 'shots', 'first frame.jpg'), picture('image/png'));
  await writeFile(path.join(root, 'clip.mp4'), mp4());
  await call(client.api);
  const [request] = server.received;
  assert.ok(request !== undefined && server.received.length === 1);
  return request;
}

const jsonOf = ({ headers, body }: Received): unknown => {
  assert.equal(headers['content-type'], 'application/json');
  return JSON.parse(body.toString());
};

async function formOf({ headers, body }: Received): Promise<FormData> {
  const type = headers['content-type'] ?? '';
  assert.match(type, /^multipart\/form-data; boundary=/);
  return await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
}

test('without a file a create is JSON, and only what was set is sent', async () => {
  assert.deepEqual(jsonOf(await sent((api) => api.create({ prompt: 'a boat' }))), { prompt: 'a boat' });
  const all = { prompt: 'a "boat"\n夕', model: 'wan', seconds: '8', size: '1280x720' };
  assert.deepEqual(jsonOf(await sent((api) => api.create(all))), all);
});

test('the configured model is sent where the call names none', async () => {
  assert.deepEqual(jsonOf(await sent((api) => api.create({ prompt: 'x' }), 'wan')), { prompt: 'x', model: 'wan' });
  const named = await sent((api) => api.create({ prompt: 'x', model: 'ltx' }), 'wan');
  assert.deepEqual(jsonOf(named), { prompt: 'x', model: 'ltx' });
});

test('a reference by address or id stays JSON', async () => {
  const url = 'https://host/a.png';
  const byUrl = await sent((api) => api.create({ prompt: 'x', input_reference: { url } }));
  assert.deepEqual(jsonOf(byUrl), { prompt: 'x', input_reference: { image_url: url } });
  const byId = await sent((api) => api.create({ prompt: 'x', input_reference: { file_id: 'f' } }));
  assert.deepEqual(jsonOf(byId), { prompt: 'x', input_reference: { file_id: 'f' } });
});

test('a file is sent as multipart, with its name and the media type of its bytes', async () => {
  const input_reference = { path: 'shots/first frame.jpg' };
  const extra = { guidance: 7.5, tags: ['a'], negative_prompt: 'rain' };
  const form = await formOf(await sent((api) => api.create({ prompt: 'x', seconds: '4', input_reference, extra })));
  const file = form.get('input_reference');
  assert.ok(file instanceof File);
  assert.deepEqual([file.name, file.type], ['first frame.jpg', 'image/png']);
  assert.deepEqual(Buffer.from(await file.arrayBuffer()), picture('image/png'));
  form.delete('input_reference');
  assert.deepEqual(Object.fromEntries(form), {
    prompt: 'x',
    seconds: '4',
    guidance: '7.5',
    tags: '["a"]',
    negative_prompt: 'rain',
  });
});

test('bytes from memory are sent as multipart, too', async () => {
  const blob = new Blob([new Uint8Array(picture('image/jpeg'))], { type: 'image/jpeg' });
  const form = await formOf(await sent((api) => api.create({ prompt: 'x', input_reference: blob })));
  const file = form.get('input_reference');
  assert.ok(file instanceof File);
  assert.deepEqual([file.type, file.size], ['image/jpeg', picture('image/jpeg').length]);
});

test('parameters of a server are passed through as they are, and cannot take the place of our own', async () => {
  const extra = { guidance: 7.5, nested: { a: [1] } };
  assert.deepEqual(jsonOf(await sent((api) => api.create({ prompt: 'x', extra }))), { prompt: 'x', ...extra });
  await using server = await listen((_, response) => answerJson(response, { id: 'v' }));
  await using client = await openApi(server.baseUrl);
  for (const name of ['prompt', 'video', 'input_reference', 'name']) {
    const refused = { code: 'invalid_argument', message: new RegExp(name) };
    await assert.rejects(client.api.create({ prompt: 'x', extra: { [name]: 'y' } }), refused);
  }
  assert.equal(server.received.length, 0);
});

test('a file that is missing or outside the workspace is refused before anything is sent', async () => {
  await using server = await listen((_, response) => answerJson(response, { id: 'v' }));
  await using client = await openApi(server.baseUrl);
  const create = (file: string) => client.api.create({ prompt: 'x', input_reference: { path: file } });
  await assert.rejects(create('none.png'), { code: 'file_not_found' });
  await assert.rejects(create('../../etc/passwd'), { code: 'outside_workspace' });
  await assert.rejects(client.api.createCharacter({ name: 'Ann', video: { path: '/etc/passwd' } }), {
    code: 'outside_workspace',
  });
  assert.equal(server.received.length, 0);
});

test('edits and extensions name a clip by id as JSON, or upload it', async () => {
  const video = { id: 'v' };
  const edit = await sent((api) => api.edit({ video, prompt: 'bluer' }));
  assert.deepEqual([edit.url, jsonOf(edit)], ['/v1/videos/edits', { video, prompt: 'bluer' }]);
  const extension = await sent((api) => api.extend({ video, prompt: 'on', seconds: '4' }));
  assert.deepEqual(
    [extension.url, jsonOf(extension)],
    ['/v1/videos/extensions', { video, prompt: 'on', seconds: '4' }],
  );
  for (const seconds of ['', '0', 'long']) {
    await assert.rejects(
      sent((api) => api.extend({ video, prompt: 'on', seconds })),
      { code: 'invalid_argument' },
    );
  }
  const form = await formOf(await sent((api) => api.edit({ video: { path: 'clip.mp4' }, prompt: 'bluer' })));
  const file = form.get('video');
  assert.ok(file instanceof File);
  assert.deepEqual([file.name, file.type, form.get('prompt')], ['clip.mp4', 'video/mp4', 'bluer']);
});

test('a remix sends its prompt, and a character its name and its clip', async () => {
  const remix = await sent((api) => api.remix('a/b', { prompt: 'at night' }));
  assert.deepEqual([remix.url, jsonOf(remix)], ['/v1/videos/a%2Fb/remix', { prompt: 'at night' }]);
  const character = await sent((api) => api.createCharacter({ name: 'Ann', video: { path: 'clip.mp4' } }));
  const form = await formOf(character);
  assert.deepEqual(
    [character.url, form.get('name'), [...form.keys()]],
    ['/v1/videos/characters', 'Ann', ['name', 'video']],
  );
});
