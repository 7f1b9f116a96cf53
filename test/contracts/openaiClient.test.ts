import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileTypeFromBuffer } from 'file-type';
import OpenAI, { toFile } from 'openai';
import { openStudio } from '../studio/support.ts';
import { KEY } from '../support/key.ts';
import { picture } from '../support/media.ts';

const CLIP = { model: 'sora-2', prompt: 'A red fox in a meadow by day', seconds: '4', size: '1280x720' } as const;

test('the official client runs each of its methods on the studio', async (t) => {
  await using studio = await openStudio();
  const client = new OpenAI({
    apiKey: KEY,
    baseURL: studio.baseUrl,
    maxRetries: 0,
  });
  const called = new Set<PropertyKey>();
  const videos = new Proxy(client.videos, {
    get(target, name, receiver) {
      called.add(name);
      return Reflect.get(target, name, receiver);
    },
  });

  const clip = await videos.create(CLIP);
  await studio.finished(clip.id);

  await t.test('create and retrieve: a job has all that the client knows of', async () => {
    assert.deepEqual([clip.object, clip.seconds, clip.size, clip.prompt], ['video', '4', CLIP.size, CLIP.prompt]);
    const done = await videos.retrieve(clip.id);
    assert.deepEqual([done.id, done.status, done.progress, done.error], [clip.id, 'completed', 100, null]);
    assert.equal(typeof done.completed_at, 'number');
  });

  await t.test('create: a picture goes as an upload or as a data URL', async () => {
    const png = picture('image/png', 1_280, 720);
    const upload = await toFile(png, 'fox.png', { type: 'image/png' });
    const image_url = `data:image/png;base64,${png.toString('base64')}`;
    for (const input_reference of [upload, { image_url }]) {
      const { id } = await videos.create({ ...CLIP, input_reference });
      await studio.finished(id);
    }
  });

  await t.test('downloadContent: each variant is the kind of file it is said to be', async () => {
    const types = { video: 'video/mp4', thumbnail: 'image/webp', spritesheet: 'image/jpeg' } as const;
    for (const variant of ['video', 'thumbnail', 'spritesheet'] as const) {
      const response = await videos.downloadContent(clip.id, { variant });
      const bytes = new Uint8Array(await response.arrayBuffer());
      assert.equal(response.headers.get('content-type'), types[variant]);
      assert.equal((await fileTypeFromBuffer(bytes))?.mime, types[variant]);
    }
    const whole = Buffer.from(await (await videos.downloadContent(clip.id)).arrayBuffer());
    assert.deepEqual(whole, await studio.download(clip.id));
  });

  await t.test('remix: the new job names its source', async () => {
    const remix = await videos.remix(clip.id, { prompt: 'A blue whale in the sea' });
    assert.equal(remix.remixed_from_video_id, clip.id);
    await studio.finished(remix.id);
  });

  await t.test('edit and extend: the source goes by its id or as its file', async () => {
    const file = await toFile(await studio.download(clip.id), 'clip.mp4', { type: 'video/mp4' });
    for (const video of [{ id: clip.id }, file]) {
      const edited = await videos.edit({ prompt: 'Make it night', video });
      const extended = await videos.extend({ prompt: 'It walks on', seconds: '4', video });
      assert.equal(extended.seconds, '8');
      for (const { id } of [edited, extended]) await studio.finished(id);
    }
  });

  await t.test('createCharacter and getCharacter: the same character', async () => {
    const video = await toFile(await studio.download(clip.id), 'clip.mp4', { type: 'video/mp4' });
    const made = await videos.createCharacter({ name: 'Ada', video });
    assert.equal(made.name, 'Ada');
    assert.ok(made.id !== null);
    assert.deepEqual(await videos.getCharacter(made.id), made);
  });

  await t.test('list: paging comes past every job once, in both orders', async () => {
    const ids: Record<'asc' | 'desc', string[]> = { asc: [], desc: [] };
    for (const order of ['asc', 'desc'] as const)
      for await (const { id } of videos.list({ limit: 3, order })) ids[order].push(id);
    assert.equal(ids.asc.length, 8);
    assert.equal(new Set(ids.asc).size, 8);
    assert.equal(ids.asc[0], clip.id);
    assert.deepEqual(ids.desc, ids.asc.toReversed());
  });

  await t.test('delete: the job is gone, and the client gets its own kinds of errors', async () => {
    const gone = await videos.delete(clip.id);
    assert.deepEqual({ ...gone }, { id: clip.id, object: 'video.deleted', deleted: true });
    await assert.rejects(videos.retrieve(clip.id), OpenAI.NotFoundError);
    await assert.rejects(videos.downloadContent(clip.id), OpenAI.NotFoundError);
    await assert.rejects(videos.create({ ...CLIP, prompt: '' }), OpenAI.BadRequestError);
  });

  const methods = Object.getOwnPropertyNames(OpenAI.Videos.prototype).filter((name) => name !== 'constructor');
  assert.deepEqual(
    methods.filter((name) => !called.has(name)),
    [],
  );
  assert.ok(methods.length >= 10, `${methods.length} methods`);
});
