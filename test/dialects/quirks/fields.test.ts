import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scripted } from '../scripted.ts';
import { json } from '../server.ts';

async function retrieved(fields: Record<string, unknown>) {
  await using server = await scripted({ retrieve: json({ id: 'video_1', status: 'completed', ...fields }) });
  return await server.api.retrieve('video_1');
}

describe('the fields of a job', () => {
  for (const [fields, seconds] of [
    [{ seconds: '4' }, '4'],
    [{ seconds: 4 }, '4'],
    [{ seconds: 4.5 }, '4.5'],
    [{ duration: 4.0 }, '4'],
    [{ seconds: null, duration: 8 }, '8'],
    [{ seconds: null }, undefined],
  ] as const) {
    test(`${JSON.stringify(fields)} lasts ${seconds} seconds`, async () => {
      assert.equal((await retrieved(fields)).seconds, seconds);
    });
  }

  for (const [fields, time] of [
    [{ created_at: 1_760_000_000 }, 1_760_000_000],
    [{ created_at: 1_760_000_000.75 }, 1_760_000_000],
    [{ created_at: '2025-10-09T08:53:20Z' }, 1_760_000_000],
    [{ created: 1_760_000_000 }, 1_760_000_000],
    [{ created_at: null }, undefined],
  ] as const) {
    test(`${JSON.stringify(fields)} is a time in unix seconds`, async () => {
      assert.equal((await retrieved(fields)).created_at, time);
    });
  }

  for (const [progress, percent] of [
    [45, 45],
    [45.5, 45.5],
    ['45%', 45],
    [null, undefined],
    ['soon', undefined],
  ] as const) {
    test(`progress ${JSON.stringify(progress)} is ${percent}`, async () => {
      assert.equal((await retrieved({ progress })).progress, percent);
    });
  }

  for (const [error, expected] of [
    [
      { code: 'oom', message: 'No memory' },
      { code: 'oom', message: 'No memory' },
    ],
    [
      { code: 500, message: 'No memory' },
      { code: '500', message: 'No memory' },
    ],
    [{ message: 'No memory' }, { code: null, message: 'No memory' }],
    ['No memory', { code: null, message: 'No memory' }],
    [null, undefined],
  ] as const) {
    test(`the error ${JSON.stringify(error)} is read`, async () => {
      assert.deepEqual((await retrieved({ status: 'failed', error })).error, expected);
    });
  }

  test('what the job cost is passed on', async () => {
    const cost = {
      usage: { cost: 0.4, cost_in_usd_ticks: 4_000_000_000, duration_seconds: 4 },
      outputs: { cost: 0.4 },
    };
    const { raw } = await retrieved(cost);
    assert.deepEqual({ usage: raw.usage, outputs: raw.outputs }, cost);
  });

  test("the server's own paths are kept from everybody, however deep they lie", async () => {
    const paths = { file_path: '/srv/out/a.mp4', file_paths: ['/srv/out/a.mp4'], output_path: '/srv/out' };
    const video = await retrieved({ ...paths, data: [paths], output: { videos: [paths] } });
    assert.doesNotMatch(JSON.stringify(video), /\/srv/);
    await using server = await scripted({ list: json({ data: [{ id: 'a', status: 'completed', ...paths }] }) });
    assert.doesNotMatch(JSON.stringify(await server.api.list()), /\/srv/);
  });
});
