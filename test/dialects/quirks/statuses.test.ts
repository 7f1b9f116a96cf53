import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scripted } from '../scripted.ts';
import { json } from '../server.ts';

const WORDS = {
  queued: ['queued', 'pending', 'submitted', 'NOT_START', 'created', 'waiting'],
  in_progress: ['in_progress', 'in-progress', 'processing', 'running', 'generating', 'postprocessing', 'preprocessing'],
  completed: ['completed', 'complete', 'succeeded', 'SUCCESS', 'succeed', 'done', 'Finished'],
  failed: ['failed', 'FAILURE', 'error', 'rejected', 'moderation_blocked'],
  cancelled: ['cancelled', 'canceled'],
  expired: ['expired', 'Expired'],
} as const;

describe("a server's word for a status", () => {
  for (const [status, words] of Object.entries(WORDS)) {
    for (const word of words) {
      test(`${word} is ${status}`, async () => {
        await using server = await scripted({ retrieve: json({ id: 'video_1', status: word }) });
        assert.equal((await server.api.retrieve('video_1')).status, status);
      });
    }
  }

  for (const word of ['unknown', '', 'thinking', null, undefined]) {
    test(`${JSON.stringify(word)} is no end: the wait goes on to its limit`, async () => {
      await using server = await scripted({ retrieve: json({ id: 'video_1', status: word }) });
      const { videos, timedOut } = await server.api.wait(['video_1'], { limitMs: 60_000 });
      assert.equal(timedOut, true);
      assert.ok(server.calls('retrieve').length > 2);
      if (word) assert.equal(videos[0]?.raw_status, word);
    });
  }

  test('deleted is an end', async () => {
    await using server = await scripted({ retrieve: json({ id: 'video_1', status: 'deleted' }) });
    const { timedOut } = await server.api.wait(['video_1'], { limitMs: 60_000 });
    assert.equal(timedOut, false);
  });
});
