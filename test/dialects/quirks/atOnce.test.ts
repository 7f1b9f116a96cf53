import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { failureOf } from '../client.ts';
import { CLIP, mp4Of } from '../media.ts';
import { scripted } from '../scripted.ts';
import { type Answer, bytes, json, listen } from '../server.ts';

const NO_ROUTE = json({ detail: 'Not Found' }, 404);
const DYNAMO = {
  id: 'dyn-1',
  object: 'video',
  model: 'wan',
  status: 'completed',
  progress: 100,
  created: 1_760_000_000,
};
const b64_json = CLIP.toString('base64');

/** What a server answers to create, and nothing else: it keeps no jobs. */
const answering = (create: Answer) => scripted({ create, retrieve: NO_ROUTE, content: NO_ROUTE });

describe('a clip that is finished in the answer to its create', () => {
  for (const [title, create, id] of [
    ['as base64, with a job (Dynamo)', json({ ...DYNAMO, data: [{ b64_json }] }), /^dyn-1$/],
    ['as base64, with an id alone (LocalAI)', json({ id: 'a', created: 1, data: [{ b64_json }] }), /^a$/],
    ['as base64, without an id', json({ created: 1, data: [{ b64_json }] }), /^clip_/],
    ['as the bytes themselves', bytes(CLIP), /^clip_/],
    ['as the bytes themselves, of another kind', bytes(CLIP, 'video/quicktime'), /^clip_/],
  ] as const) {
    test(`comes ${title}: it is made once, needs no waiting and is saved`, async () => {
      await using server = await answering(create);
      const video = await server.api.create({ prompt: 'A boat' });
      assert.match(video.id, id);
      assert.equal(video.status, 'completed');
      const { videos, timedOut } = await server.api.wait([video.id]);
      assert.deepEqual([videos[0]?.status, timedOut, server.clock.slept], ['completed', false, []]);
      const file = await server.api.download(video.id);
      assert.ok((await readFile(path.join(server.folder, file.path))).equals(CLIP));
      assert.equal(server.calls('create').length, 1);
    });
  }

  test('comes as an address: it is fetched from there', async () => {
    await using storage = await listen(() => bytes(CLIP));
    for (const job of [DYNAMO, { id: 'a', created: 1 }, {}]) {
      await using server = await answering(json({ ...job, data: [{ url: `${storage.origin}/clip.mp4` }] }));
      const { id } = await server.api.create({ prompt: 'A boat' });
      assert.equal((await server.api.download(id)).bytes, CLIP.length);
    }
  });

  test('may be larger than any answer that only tells of a job', async () => {
    const large = mp4Of(Buffer.alloc(20 * 1024 * 1024, 7));
    for (const create of [bytes(large), json({ ...DYNAMO, data: [{ b64_json: large.toString('base64') }] })]) {
      await using server = await answering(create);
      const { id } = await server.api.create({ prompt: 'A boat' });
      assert.equal((await server.api.download(id)).bytes, large.length);
    }
  });

  test('is not saved where it is a page', async () => {
    await using server = await answering(bytes(Buffer.from('<html></html>')));
    const { id } = await server.api.create({ prompt: 'A boat' });
    assert.equal((await failureOf(server.api.download(id))).code, 'invalid_media');
  });

  test('leaves the outcome open where it is empty', async () => {
    await using server = await answering(bytes(Buffer.alloc(0)));
    const { code, facts } = await failureOf(server.api.create({ prompt: 'A boat' }));
    assert.deepEqual([code, facts.submitted], ['outcome_unknown', 'unknown']);
  });

  test('is asked for at its server where that knows it after all', async () => {
    await using server = await scripted({ create: json({ ...DYNAMO, id: 'video_1' }) });
    const { id, status } = await server.api.create({ prompt: 'A boat' });
    assert.equal(status, 'completed');
    assert.equal((await server.api.download(id)).bytes, CLIP.length);
    assert.equal(server.calls('retrieve').length, 1);
  });
});
