import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announcement, retirement } from '../../lib/api/retirement.ts';
import { failureOf } from '../dialects/client.ts';
import { scripted } from '../dialects/scripted.ts';
import { json } from '../dialects/server.ts';

const PAST = 'Thu, 24 Sep 2020 00:00:00 GMT';
const FUTURE = 'Thu, 24 Sep 2099 00:00:00 GMT';

test('what is left of OpenAI says since when it is off, and what to set instead', () => {
  for (const [status, said] of [
    [404, 'Invalid URL (POST /v1/videos)'],
    [410, ''],
    [400, 'The model `sora-2` does not exist'],
  ] as const) {
    const { message = '', next_step = '' } = retirement('api.openai.com', status, {}, said) ?? {};
    assert.match(message, /switched its Videos API off on 2026-09-24/);
    assert.match(next_step, /VIDEO_BASE_URL/);
  }
});

test('no other refusal is taken for that', () => {
  assert.equal(retirement('api.openai.com', 404, {}, "Video with id 'video_1' not found."), undefined);
  assert.equal(retirement('api.openai.com', 401, {}, 'Incorrect API key'), undefined);
  assert.equal(retirement('gpu.example', 404, {}, 'Not Found'), undefined);
  assert.equal(retirement('gpu.example', 404, { sunset: FUTURE }, 'Not Found'), undefined);
});

test('a server that announced its end says so: afterwards in the error, before it with every job', async () => {
  const gone = json({ error: { message: 'gone' } }, 410, { sunset: PAST });
  await using ended = await scripted({ create: gone });
  const error = await failureOf(ended.api.create({ prompt: 'A boat' }));
  assert.match(error.message, /switched its Videos API off on 2020-09-24/);
  assert.match(error.facts.next_step ?? '', /VIDEO_BASE_URL/);
  assert.equal(error.facts.submitted ?? 'no', 'no');

  await using ending = await scripted({ create: json({ id: 'video_1', status: 'queued' }, 200, { sunset: FUTURE }) });
  assert.match((await ending.api.create({ prompt: 'A boat' })).notices?.join() ?? '', /ends on 2099-09-24/);
  assert.match(announcement({ deprecation: '@1758672000' }) ?? '', /deprecated/);
  assert.equal(announcement({}), undefined);
});
