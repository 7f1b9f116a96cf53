import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { mp4, picture } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';
import { openStudio, until } from '../support/studio.ts';
import { errorOf, openTools, type TestTools } from '../tools/support.ts';

const produced = async (tools: TestTools, prompt = 'A boat') => {
  const { data } = await tools.call('video_produce', { prompt, seconds: 4 });
  const [published] = data.published ?? [];
  assert.ok(published, data.error?.message);
  return published;
};

test('a clip is published with its poster, and with where it came from', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const { key, url, sha256, poster_url, sidecar_url } = await produced(tools);
  const stem = key.replace(/\.mp4$/, '');
  assert.ok(poster_url !== undefined && sidecar_url !== undefined);
  for (const address of [url, poster_url, sidecar_url]) assert.ok(address.includes(`${stem}.`), address);
  assert.ok((await readFile(new URL(poster_url))).equals(picture('image/webp')), 'the thumbnail of the server');
  const sidecar: Record<string, unknown> = JSON.parse(await readFile(new URL(sidecar_url), 'utf8'));
  const { prompt, seconds, lineage, server, tool } = sidecar;
  assert.deepEqual([prompt, seconds, lineage, sidecar.sha256], ['A boat', '4', { operation: 'create' }, sha256]);
  assert.equal(server, studio.baseUrl);
  assert.match(String(tool), /^video-toolset \d/);
  const { entries } = (await tools.call('cdn_list', {})).data;
  assert.deepEqual(
    entries,
    [{ key, url, bytes: (await stat(new URL(url))).size }],
    'what goes with a clip is not listed apart',
  );
});

test('poster and sidecar that stand there already are no obstacle, and are not written over', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const { key, sidecar_url = '' } = await produced(tools);
  await writeFile(new URL(sidecar_url), 'somebody else');
  const files = await readdir(tools.workspace);
  const [name = ''] = files.filter((file) => file.endsWith('.mp4'));
  assert.equal((await tools.call('cdn_upload', { path: name })).data.published?.[0]?.key, key);
  assert.equal(await readFile(new URL(sidecar_url), 'utf8'), 'somebody else');
});

test('a clip goes out while it still comes in', async () => {
  const clip = mp4(Buffer.alloc(4_000_000, 'frames '));
  const staging = { folder: '' };
  const stagedBytes = async () => {
    const names = existsSync(staging.folder) ? await readdir(staging.folder) : [];
    const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(staging.folder, name))).size));
    return Math.max(0, ...sizes);
  };
  await using server = await listen(async ({ method, url }, response) => {
    if (!url.includes('/content')) {
      const status = method === 'POST' ? 'queued' : 'completed';
      return answerJson(response, { id: 'video_1', status, prompt: 'A boat', seconds: '4' });
    }
    if (url.includes('thumbnail')) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': clip.length });
    response.write(clip.subarray(0, 3_000_000));
    // The rest comes only when the beginning has gone out: one after the other would wait for ever.
    await until(async () => (await stagedBytes()) >= 1_000_000);
    return response.end(clip.subarray(3_000_000));
  });
  await using tools = await openTools({ baseUrl: server.baseUrl });
  staging.folder = path.join(tools.workspace, 'published', '.staging');
  const { url } = await produced(tools);
  assert.ok((await readFile(new URL(url))).equals(clip));
  assert.deepEqual(await readdir(staging.folder), []);
});

test('a place that fails leaves the clip in the workspace, and the same call publishes it once the place is there', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const place = path.join(tools.workspace, 'published');
  await writeFile(place, 'a file in its place');
  const failed = await tools.call('video_produce', { prompt: 'A boat', seconds: 4 });
  assert.match(errorOf(failed).code, /publish_failed|storage_failed/);
  assert.equal((await readdir(tools.workspace)).filter((name) => name.endsWith('.mp4')).length, 1);
  await rm(place);
  await mkdir(place);
  await produced(tools);
  const { jobs } = (await tools.call('video_list', {})).data;
  assert.equal(jobs?.length, 1, 'nothing was made twice');
});

test('a published file is taken down with what goes with it, and only with a yes', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const { key } = await produced(tools);
  for (const context of [{}, { approve: async () => false }]) {
    assert.equal(errorOf(await tools.call('cdn_delete', { key }, context)).code, 'not_approved');
  }
  const left = async () =>
    (await readdir(path.join(tools.workspace, 'published'), { recursive: true })).filter((name) => /\.\w+$/.test(name));
  assert.equal((await left()).filter((name) => !name.startsWith('.')).length, 3);
  const questions: string[] = [];
  const approve = async ({ question }: { question: string }) => questions.push(question) > 0;
  assert.deepEqual((await tools.call('cdn_delete', { key }, { approve })).data.deleted, [key]);
  assert.ok(questions[0]?.includes(key));
  assert.deepEqual(
    (await left()).filter((name) => !name.startsWith('.')),
    [],
  );
  assert.equal(errorOf(await tools.call('cdn_delete', { key }, { approve })).code, 'not_found');
  for (const wrong of ['../x', '/etc/passwd', 'a\0b', '.staging/x']) {
    assert.equal(errorOf(await tools.call('cdn_delete', { key: wrong }, { approve })).code, 'invalid_argument', wrong);
  }
});

for (const [what, answer] of [
  [
    'is damaged',
    (response: ServerResponse) =>
      response.end(Buffer.concat([picture('image/jpeg').subarray(0, 40), Buffer.alloc(60)])),
  ],
  [
    'breaks off',
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('RIFF', () => response.destroy());
    },
  ],
  ['never ends', (response: ServerResponse) => pour(response)],
] as const) {
  test(`a thumbnail that ${what} keeps no clip from being published`, async () => {
    const clip = mp4();
    let thumbnails = 0;
    await using server = await listen(({ method, url }, response) => {
      if (!url.includes('/content')) {
        const status = method === 'POST' ? 'queued' : 'completed';
        return answerJson(response, { id: 'video_1', status, prompt: 'A boat', seconds: '4' });
      }
      if (!url.includes('thumbnail')) return response.writeHead(200, { 'content-type': 'video/mp4' }).end(clip);
      thumbnails++;
      return answer(response);
    });
    await using tools = await openTools({ baseUrl: server.baseUrl });
    const { url, sidecar_url } = await produced(tools);
    assert.ok((await readFile(new URL(url))).equals(clip));
    assert.ok(sidecar_url !== undefined && thumbnails > 0);
  });
}

/** Bytes without a length and without an end, as long as somebody takes them. */
function pour(response: ServerResponse): void {
  const more = () => {
    if (response.destroyed) return;
    response.write(Buffer.alloc(256 * 1024, 'RIFF')) ? setImmediate(more) : response.once('drain', more);
  };
  more();
}
