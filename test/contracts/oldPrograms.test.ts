import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { generateVideo, getVideoJobStatus } from '@tanstack/ai';
import { createOpenaiVideo } from '@tanstack/ai-openai';
import { fileTypeFromBuffer } from 'file-type';
import OpenAI from 'openai';
import { DIALECTS } from '../studio/bridge/dialects.ts';
import { clipOf, startProvider } from '../studio/bridge/provider.ts';
import { bridgeTo } from '../studio/bridge/support.ts';
import { openStudio } from '../studio/support.ts';
import { KEY } from '../support/key.ts';
import { picture } from '../support/media.ts';
import { openStudio as openBridgedStudio } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Programs that were written for the retired API: nothing of them is changed but the base URL. */

const run = promisify(execFile);
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const skip = !hasCurl && process.env.REQUIRE_REAL !== '1' ? 'curl is not installed' : false;

const clientOf = (baseURL: string) => new OpenAI({ apiKey: KEY, baseURL, maxRetries: 0 });

/** As programs wait: by asking again until it is over. */
async function ended(client: OpenAI, id: string): Promise<OpenAI.Video> {
  while (true) {
    const video = await client.videos.retrieve(id);
    if (video.status === 'completed' || video.status === 'failed') return video;
    await sleep(20);
  }
}

for (const model of ['sora-2', 'sora-2-pro', 'sora-2-2025-10-06', 'sora-2-pro-2025-10-06']) {
  test(`the official client makes, follows, fetches, remixes, extends and deletes a clip of ${model}`, async () => {
    await using studio = await openStudio();
    const client = clientOf(studio.baseUrl);
    const { id } = await client.videos.create({ model, prompt: 'A red fox by day', seconds: '4', size: '1280x720' });
    const done = await ended(client, id);
    assert.deepEqual(
      [done.status, done.model, Object(done).requested_model],
      ['completed', 'animatic', model],
      'it says what really made it',
    );
    const bytes = await (await client.videos.downloadContent(id)).arrayBuffer();
    assert.equal((await fileTypeFromBuffer(bytes))?.mime, 'video/mp4');
    const remix = await client.videos.remix(id, { prompt: 'A blue whale' });
    const longer = await client.videos.extend({ video: { id }, prompt: 'It walks on', seconds: '4' });
    for (const made of [remix, longer]) {
      assert.equal((await ended(client, made.id)).status, 'completed');
      assert.equal((await client.videos.delete(made.id)).deleted, true);
    }
    assert.equal((await client.videos.delete(id)).deleted, true);
    assert.equal((await client.videos.list()).data.length, 0);
  });
}

test('where an old name is mapped, the official client gets the clip of the living model', async () => {
  const { xai } = DIALECTS;
  await using provider = await startProvider(xai);
  await using studio = await openBridgedStudio({
    ...{ bridge: bridgeTo(xai, provider.origin), models: { 'sora-2': xai.model } },
  });
  const client = clientOf(studio.baseUrl);
  const request = { model: 'sora-2-2025-12-08', prompt: 'A red fox', seconds: '12', size: '1024x1792' } as const;
  const { id, model } = await client.videos.create(request);
  assert.equal(model, xai.model);
  const done = await ended(client, id);
  assert.deepEqual(
    [done.status, done.seconds, done.size, Object(done).requested_model],
    ['completed', '12', '1024x1792', 'sora-2-2025-12-08'],
  );
  const bytes = await (await client.videos.downloadContent(id)).arrayBuffer();
  assert.deepEqual(Buffer.from(bytes), clipOf({ id: 'job0' }));
  await assert.rejects(client.videos.remix(id, { prompt: 'A blue whale' }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, 'unsupported_video');
    return true;
  });
  const blocked = await client.videos.create({ ...request, prompt: '[blocked]' });
  assert.equal((await ended(client, blocked.id)).error?.code, 'moderation_blocked');
  assert.equal((await client.videos.delete(id)).deleted, true);
  assert.equal(provider.jobs.length, 2);
});

test('the OpenAI video adapter of TanStack AI makes, follows and fetches a clip, from a picture too', async () => {
  await using studio = await openStudio();
  const adapter = createOpenaiVideo('sora-2', KEY, { baseURL: studio.baseUrl, maxRetries: 0 });
  const value = picture('image/png', 1_280, 720).toString('base64');
  const image = { type: 'image', source: { type: 'data', value, mimeType: 'image/png' } } as const;
  const text = { type: 'text', content: 'A red fox by day' } as const;
  for (const prompt of [text.content, [image, text]]) {
    const { jobId } = await generateVideo({ adapter, prompt, size: '1280x720', duration: 4 });
    await studio.finished(jobId);
    const { status, url = '' } = await getVideoJobStatus({ adapter, jobId });
    assert.equal(status, 'completed');
    const [, base64 = ''] = url.split('data:video/mp4;base64,');
    assert.deepEqual(Buffer.from(base64, 'base64'), await studio.download(jobId));
  }
});

test('curl makes, follows, fetches, remixes, extends and deletes a clip', { skip }, async () => {
  await using studio = await openStudio();
  await using folder = await temporaryFolder();
  const url = `${studio.baseUrl}/videos`;
  const curl = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await run('curl', ['-sS', '--fail-with-body', '-H', `authorization: Bearer ${KEY}`, ...args]);
    return stdout === '' ? {} : JSON.parse(stdout);
  };
  const finished = async ({ id }: Record<string, unknown>) => {
    while (true) {
      const { status } = await curl(`${url}/${id}`);
      assert.notEqual(status, 'failed');
      if (status === 'completed') return String(id);
      await sleep(50);
    }
  };
  const form = { model: 'sora-2', prompt: 'A red fox by day', seconds: '4', size: '1280x720' };
  const fields = Object.entries(form).flatMap(([name, value]) => ['-F', `${name}=${value}`]);
  const id = await finished(await curl(...fields, url));
  const file = path.join(folder.path, 'clip.mp4');
  await curl('-o', file, `${url}/${id}/content`);
  assert.equal((await fileTypeFromBuffer(await readFile(file)))?.mime, 'video/mp4');
  const json = (body: object) => ['-H', 'content-type: application/json', '-d', JSON.stringify(body)];
  const remix = await curl(...json({ prompt: 'A blue whale' }), `${url}/${id}/remix`);
  const longer = await curl(...json({ video: { id }, prompt: 'It goes on', seconds: '4' }), `${url}/extensions`);
  for (const made of [remix, longer]) await finished(made);
  assert.deepEqual(await curl('-X', 'DELETE', `${url}/${id}`), { id, object: 'video.deleted', deleted: true });
});
