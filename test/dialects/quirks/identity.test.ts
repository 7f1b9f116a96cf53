import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureOf } from '../client.ts';
import { scripted } from '../scripted.ts';
import { json } from '../server.ts';

const BASE64_ID = 'video_bGl0ZWxs+bTo/aQ==';

describe('the id of a job', () => {
  for (const name of ['id', 'request_id', 'task_id', 'video_id']) {
    test(`is found under ${name}, bare and wrapped in data`, async () => {
      for (const wrap of [(body: object) => body, (data: object) => ({ code: 'success', data })]) {
        await using server = await scripted({ create: json(wrap({ [name]: 'job-7', status: 'queued' })) });
        assert.equal((await server.api.create({ prompt: 'A boat' })).id, 'job-7');
      }
    });
  }

  for (const status of [200, 201, 202]) {
    test(`is taken from a create answered with ${status}`, async () => {
      await using server = await scripted({ create: json({ id: 'job-7', status: 'pending' }, status) });
      assert.equal((await server.api.create({ prompt: 'A boat' })).id, 'job-7');
    });
  }

  test('is never replaced by the one in a poll', async () => {
    await using server = await scripted({ retrieve: json({ id: 'video_other', status: 'completed' }) });
    assert.equal((await server.api.retrieve('video_1')).id, 'video_1');
    assert.equal((await server.api.wait(['video_1'])).videos[0]?.id, 'video_1');
    await server.api.download('video_1');
    assert.equal(server.calls('content')[0]?.path, '/v1/videos/video_1/content');
  });

  test('is percent-encoded in every path', async () => {
    await using server = await scripted({});
    await server.api.retrieve(BASE64_ID);
    await server.api.download(BASE64_ID);
    await server.api.delete(BASE64_ID);
    for (const { path } of server.received) {
      assert.equal(path.replace(/\/content$/, ''), `/v1/videos/${encodeURIComponent(BASE64_ID)}`);
    }
  });

  for (const id of ['', '.', '..', '../models', 'a/../../models', '%2e%2e', 'video 1', 'video\n1']) {
    test(`${JSON.stringify(id)} is refused before anything is sent`, async () => {
      await using server = await scripted({});
      for (const call of [server.api.retrieve(id), server.api.delete(id), server.api.download(id)]) {
        assert.equal((await failureOf(call)).code, 'invalid_argument');
      }
      assert.equal(server.received.length, 0);
    });
  }

  test('that is missing leaves the outcome of a create open', async () => {
    await using server = await scripted({ create: json({ status: 'queued' }) });
    const { code, facts } = await failureOf(server.api.create({ prompt: 'A boat' }));
    assert.equal(code, 'outcome_unknown');
    assert.equal(facts.submitted, 'unknown');
  });
});
