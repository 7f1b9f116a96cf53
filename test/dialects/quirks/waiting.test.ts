import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureOf } from '../client.ts';
import { type Step, scripted } from '../scripted.ts';
import { type Answer, json, text } from '../server.ts';

const RUNNING = json({ id: 'video_1', status: 'in_progress' });
const DONE = json({ id: 'video_1', status: 'completed' });
const LOST = json({ error: { message: 'Video not found' } }, 404);

const first =
  (times: number, answer: Answer): Step =>
  (_, count) =>
    count <= times ? answer : DONE;

describe('waiting for a job', () => {
  for (const status of [500, 503, 422, 400]) {
    test(`takes a failed job inside HTTP ${status} for the end that it is`, async () => {
      const body = { id: 'video_1', object: 'video', status: 'failed', error: { code: 500, message: 'No memory' } };
      await using server = await scripted({ retrieve: json(body, status) });
      const { videos } = await server.api.wait(['video_1']);
      assert.deepEqual([videos[0]?.status, videos[0]?.error], ['failed', { code: '500', message: 'No memory' }]);
      assert.equal(server.calls('retrieve').length, 1);
    });
  }

  test('takes 202 with an empty body for a job that runs', async () => {
    await using server = await scripted({ retrieve: first(2, { status: 202 }) });
    assert.equal((await server.api.wait(['video_1'])).videos[0]?.status, 'completed');
  });

  for (const [title, answer] of [
    ['an HTML page', text('<html>502 Bad Gateway</html>', 502, 'text/html')],
    ['an HTML page with 200', text('<html>Be right back</html>', 200, 'text/html')],
    ['429', json({ error: { message: 'Slow down' } }, 429)],
    ['408', text('', 408)],
    ['503', text('', 503)],
  ] as const) {
    test(`survives ${title}`, async () => {
      await using server = await scripted({ retrieve: first(3, answer) });
      assert.equal((await server.api.wait(['video_1'])).videos[0]?.status, 'completed');
    });
  }

  test('gives up on a server that stays broken, and names the job', async () => {
    await using server = await scripted({ retrieve: text('', 503) });
    const { facts } = await failureOf(server.api.wait(['video_1']));
    assert.equal(facts.job_id, 'video_1');
    assert.ok(server.calls('retrieve').length < 30);
  });

  test('stops at once where the key is refused', async () => {
    await using server = await scripted({ retrieve: json({ error: 'Unauthorized' }, 401) });
    assert.equal((await failureOf(server.api.wait(['video_1']))).code, 'unauthorized');
    assert.equal(server.calls('retrieve').length, 1);
  });

  test('forgives 404 in the first seconds after create', async () => {
    await using server = await scripted({ retrieve: first(2, LOST) });
    const { id } = await server.api.create({ prompt: 'A boat' });
    assert.equal((await server.api.wait([id])).videos[0]?.status, 'completed');
  });

  test('says that a job is gone where 404 lasts', async () => {
    await using server = await scripted({ retrieve: LOST });
    const { id } = await server.api.create({ prompt: 'A boat' });
    const { code, facts } = await failureOf(server.api.wait([id]));
    assert.equal(code, 'gone');
    assert.equal(facts.job_id, id);
    assert.ok(server.clock.slept.reduce((sum, ms) => sum + ms, 0) < 60_000);
  });

  test('says that a job is gone where it was seen before', async () => {
    await using server = await scripted({ retrieve: (_, count) => (count < 4 ? RUNNING : LOST) });
    const { id } = await server.api.create({ prompt: 'A boat' });
    await server.clock.sleep(31_000);
    assert.equal((await failureOf(server.api.wait([id]))).code, 'gone');
  });

  const wishes: readonly (readonly [string, () => Record<string, string>])[] = [
    ['openai-poll-after-ms', () => ({ 'openai-poll-after-ms': '9000' })],
    ['retry-after-ms', () => ({ 'retry-after-ms': '9000' })],
    ['retry-after in seconds', () => ({ 'retry-after': '9' })],
    ['retry-after as a date', () => ({ 'retry-after': new Date(Date.now() + 9_500).toUTCString() })],
  ];
  for (const [title, headers] of wishes) {
    for (const status of [200, 429]) {
      test(`follows ${title} on HTTP ${status}`, async () => {
        const busy = () => json(status === 200 ? { id: 'video_1', status: 'queued' } : {}, status, headers());
        await using server = await scripted({ retrieve: (_, count) => (count === 1 ? busy() : DONE) });
        await server.api.wait(['video_1'], { pollIntervalMs: 500 });
        const pause = server.clock.slept[0] ?? 0;
        assert.ok(pause > 7_000 && pause < 12_000, `paused for ${pause} ms`);
      });
    }
  }

  test('does not follow a wish for a day', async () => {
    const busy = json({ id: 'video_1', status: 'queued' }, 200, { 'retry-after': '86400' });
    await using server = await scripted({ retrieve: first(1, busy) });
    await server.api.wait(['video_1'], { limitMs: 1e9 });
    assert.ok((server.clock.slept[0] ?? 0) <= 120_000);
  });

  test('does not take a progress of 0 for a job that hangs, and ends with a result', async () => {
    await using server = await scripted({ retrieve: json({ id: 'video_1', status: 'queued', progress: 0 }) });
    const { videos, timedOut } = await server.api.wait(['video_1'], { limitMs: 3_600_000 });
    assert.deepEqual([videos[0]?.status, timedOut], ['queued', true]);
    assert.equal(server.calls('delete').length, 0);
  });
});
