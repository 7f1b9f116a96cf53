import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KEY } from '../../support/key.ts';
import { failureOf, openClient } from '../client.ts';
import { scripted } from '../scripted.ts';
import { type Answer, json } from '../server.ts';
import { startVllmOmni } from '../servers/vllmOmni.ts';

const LOST = json({ error: { message: 'Video not found' } }, 404);

describe('deleting a job', () => {
  const outcomes: readonly (readonly [string, Answer, boolean])[] = [
    ['deleted: true', json({ deleted: true }), true],
    ['an object video.deleted', json({ id: 'video_1', object: 'video.deleted' }), true],
    ['a video with status deleted', json({ id: 'video_1', object: 'video', status: 'deleted' }), true],
    ['204', { status: 204 }, true],
    ['an empty body', { status: 200 }, true],
    ['deleted: false', json({ id: 'video_1', deleted: false }), false],
  ];
  for (const [title, answer, isDeleted] of outcomes) {
    test(`is ${isDeleted ? 'done' : 'not done'} where the server answers with ${title}`, async () => {
      await using server = await scripted({ delete: answer });
      assert.equal(await server.api.delete('video_1'), isDeleted);
    });
  }

  test('finds a job that is gone already, which is what was wanted', async () => {
    await using server = await scripted({ delete: LOST, retrieve: LOST });
    const outcome = await server.api.delete('video_1').catch((error) => error.code);
    assert.ok([true, 'gone', 'not_found'].includes(outcome), String(outcome));
  });

  test('is tried again, or said to be worth it, while a cancellation goes on', async () => {
    await using dialect = await startVllmOmni();
    await using client = await openClient({ baseUrl: dialect.baseUrl, apiKey: KEY, server: 'vllm-omni' });
    const { id } = await client.api.create({ prompt: 'An endless shot that ends slowly' });
    const outcome = await client.api.delete(id).catch((error) => error.facts.retryable);
    assert.equal(outcome, true);
  });

  for (const status of [405, 501]) {
    test(`is something the server does not offer where it answers ${status}`, async () => {
      await using server = await scripted({ delete: json({ detail: 'Method Not Allowed' }, status) });
      assert.equal((await failureOf(server.api.delete('video_1'))).code, 'unsupported');
    });
  }

  test('is something the server does not offer where it answers 404 for a job that is there', async () => {
    await using server = await scripted({ delete: json({ detail: 'Not Found' }, 404) });
    assert.equal((await failureOf(server.api.delete('video_1'))).code, 'unsupported');
  });
});

describe('404 on an operation that not every server has', () => {
  test('means the job where a remix is asked of one that is not there', async () => {
    await using server = await scripted({ retrieve: LOST, other: LOST });
    const { code } = await failureOf(server.api.remix('video_1', { prompt: 'At night' }));
    assert.match(code, /not_found|gone/);
  });

  test('means the server where the job is there', async () => {
    await using server = await scripted({ other: LOST });
    const { code, facts } = await failureOf(server.api.remix('video_1', { prompt: 'At night' }));
    assert.equal(code, 'unsupported');
    assert.notEqual(facts.submitted, 'unknown');
  });

  test('means no video where a character is asked for', async () => {
    await using server = await scripted({ other: LOST });
    const { code, message } = await failureOf(server.api.retrieveCharacter('char_7'));
    assert.notEqual(code, 'gone');
    assert.doesNotMatch(message, /job|clip/i);
  });
});
