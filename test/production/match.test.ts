import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AskedFor, isMatch } from '../../lib/production/match.ts';
import type { Video } from '../../types/video.ts';

const AT = 1_790_000_000;
const WINDOW = { from: AT * 1_000, to: (AT + 10) * 1_000 };
const ASKED: AskedFor = { prompt: 'A boat', model: 'm', seconds: '8', size: '1280x720' };
const VIDEO: Video = { id: 'job', status: 'queued', raw: {}, created_at: AT + 5, ...ASKED };

function without(field: keyof Video): Video {
  const { [field]: _, ...rest } = VIDEO;
  return { ...rest, id: 'job', status: 'queued', raw: {} };
}

test('a job that repeats every field that was sent, made at that time, is a match', () => {
  assert.ok(isMatch(ASKED, WINDOW, VIDEO));
  assert.ok(isMatch(ASKED, WINDOW, { ...VIDEO, seconds: '8.0' }));
  assert.ok(isMatch({ prompt: 'A boat' }, WINDOW, VIDEO), 'what was left to the server is the server’s');
});

test('a field that the server does not repeat is no match', () => {
  for (const field of ['prompt', 'model', 'seconds', 'size', 'created_at'] as const) {
    assert.ok(!isMatch(ASKED, WINDOW, without(field)), field);
  }
});

test('an extension is told by what is added, or by the length of the whole', () => {
  const asked = { ...ASKED, isAdded: true };
  for (const [seconds, matches] of [
    ['8', true],
    ['12', true],
    ['4', false],
  ] as const) {
    assert.equal(isMatch(asked, WINDOW, { ...VIDEO, seconds }), matches, seconds);
  }
  assert.ok(!isMatch(ASKED, WINDOW, { ...VIDEO, seconds: '12' }));
});

test('another value is no match', () => {
  for (const other of [{ prompt: 'a boat' }, { model: 'n' }, { seconds: '4' }, { size: '720x1280' }]) {
    assert.ok(!isMatch(ASKED, WINDOW, { ...VIDEO, ...other }), JSON.stringify(other));
  }
});

test('only what was made while the request was under way matches, within the second a server rounds to', () => {
  const madeAt = (seconds: number) => isMatch(ASKED, WINDOW, { ...VIDEO, created_at: seconds });
  assert.deepEqual([AT - 2, AT - 1, AT, AT + 10, AT + 11, AT + 12].map(madeAt), [false, true, true, true, true, false]);
});
