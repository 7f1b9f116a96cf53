import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isFinal,
  parseCharacter,
  parseDeleted,
  parseErrorBody,
  parseVideo,
  parseVideoList,
} from '../../lib/api/parse.ts';

const statusOf = (status: unknown) => parseVideo({ id: 'v', status }).status;

test("every server's word for a state is understood", () => {
  const words = {
    queued: ['queued', 'QUEUED', 'pending', 'submitted', 'NOT_START', 'not-start', 'created', 'waiting'],
    in_progress: ['in_progress', 'in-progress', 'Processing', 'running', 'generating'],
    completed: ['completed', 'complete', 'SUCCEEDED', 'success', 'succeed', 'done', 'finished'],
    failed: ['failed', 'FAILURE', 'error', 'rejected', 'moderation_blocked'],
    cancelled: ['cancelled', 'canceled', 'deleted'],
    expired: ['expired'],
  };
  for (const [status, variants] of Object.entries(words))
    for (const word of variants) assert.equal(statusOf(word), status, word);
});

test('an unknown or missing state is never an end, and the word is kept', () => {
  for (const word of ['daydreaming', 'almost_completed', '', undefined, null, 7, {}])
    assert.equal(isFinal(statusOf(word)), false, String(word));
  assert.equal(parseVideo({ id: 'v', status: 'daydreaming' }).raw_status, 'daydreaming');
  assert.equal(parseVideo({ id: 'v', status: 'completed' }).raw_status, undefined);
});

test('the id is found under its other names and in wrapped data, and may be a number', () => {
  assert.equal(parseVideo({ id: 'a', task_id: 'b' }).id, 'a');
  assert.equal(parseVideo({ request_id: 'r' }).id, 'r');
  assert.equal(parseVideo({ task_id: 't' }).id, 't');
  assert.equal(parseVideo({ video_id: 'v' }).id, 'v');
  assert.equal(parseVideo({ id: 12 }).id, '12');
  assert.equal(parseVideo({ code: 'success', data: { id: 'w', status: 'done' } }).status, 'completed');
  assert.equal(parseVideo({ status: 'queued' }, 'known').id, 'known');
});

test('an answer without an id, or that is no object, is refused', () => {
  for (const body of [{}, { id: '' }, { id: null }, [], null, undefined, 'text', 5])
    assert.throws(() => parseVideo(body), { code: 'invalid_response' }, JSON.stringify(body));
});

test('numbers, times and progress are read from whatever form they come in', () => {
  const video = parseVideo({
    id: 'v',
    progress: '42%',
    seconds: 8,
    created_at: '2026-01-01T00:00:00Z',
    completed_at: '1767225700',
    expires_at: 1767225800.9,
  });
  assert.deepEqual(
    [video.progress, video.seconds, video.created_at, video.completed_at, video.expires_at],
    [42, '8', 1767225600, 1767225700, 1767225800],
  );
  assert.equal(parseVideo({ id: 'v', progress: 250 }).progress, 100);
  assert.equal(parseVideo({ id: 'v', progress: -1 }).progress, 0);
  assert.equal(parseVideo({ id: 'v', duration: '4' }).seconds, '4');
  for (const value of [null, 'soon', '', Number.NaN, {}]) {
    const { progress, created_at } = parseVideo({ id: 'v', progress: value, created_at: value });
    assert.deepEqual([progress, created_at], [undefined, undefined]);
  }
});

test('the paths of a server are dropped', () => {
  const { raw } = parseVideo({ id: 'v', file_path: '/srv/a.mp4', file_paths: ['/b'], output_path: '/c', fps: 24 });
  assert.deepEqual(raw, { id: 'v', fps: 24 });
});

test('the error of a job is read as a text or as an object', () => {
  const errorOf = (error: unknown) => parseVideo({ id: 'v', error }).error;
  assert.deepEqual(errorOf('broke'), { code: null, message: 'broke' });
  assert.deepEqual(errorOf({ code: 'oom', message: 'no memory' }), { code: 'oom', message: 'no memory' });
  assert.deepEqual(errorOf({ code: 'oom' }), { code: 'oom', message: 'oom' });
  assert.equal(errorOf(null), undefined);
});

test('a list is read from every shape seen', () => {
  const items = [{ id: 'a' }, { id: 'b' }];
  for (const body of [items, { data: items }, { videos: items }]) {
    const list = parseVideoList(body);
    assert.deepEqual([list.data.map(({ id }) => id), list.last_id, list.has_more], [['a', 'b'], 'b', undefined]);
  }
  assert.deepEqual(parseVideoList({ data: [], has_more: false, last_id: null }), { data: [], has_more: false });
  for (const body of [{}, null, 'text', { data: {} }])
    assert.throws(() => parseVideoList(body), { code: 'invalid_response' });
});

test('what an error says is found in every shape seen', () => {
  const messageOf = (body: unknown) => parseErrorBody(body).message;
  const envelope = { message: 'Bad size', type: 'invalid_request_error', param: 'size', code: 'invalid_value' };
  assert.deepEqual(parseErrorBody({ error: envelope }), envelope);
  assert.equal(messageOf({ error: 'plain' }), 'plain');
  assert.equal(messageOf({ error: null, message: 'beside' }), 'beside');
  assert.equal(messageOf({ message: 'flat', code: 'x' }), 'flat');
  assert.equal(messageOf({ detail: 'Not Found' }), 'Not Found');
  assert.equal(messageOf({ detail: [{ loc: ['body', 'seconds'], msg: 'too long' }] }), 'body.seconds: too long');
  assert.equal(messageOf('<html><h1>Bad\n Gateway</h1></html>'), 'Bad Gateway');
  assert.equal(messageOf('x'.repeat(9_000))?.length, 500);
  for (const body of [undefined, null, 5, [], {}, '', '<br>']) assert.equal(messageOf(body), undefined);
});

test('only an explicit denial counts as not deleted', () => {
  for (const body of [undefined, {}, '', { deleted: true }, { status: 'deleted' }])
    assert.equal(parseDeleted(body), true);
  assert.equal(parseDeleted({ deleted: false }), false);
});

test('a character may come without an id or a name', () => {
  assert.deepEqual(parseCharacter({ id: 'c', name: 'Ann', created_at: 5 }), {
    id: 'c',
    name: 'Ann',
    created_at: 5,
    raw: { id: 'c', name: 'Ann', created_at: 5 },
  });
  assert.deepEqual(parseCharacter({}), { id: null, name: null, raw: {} });
});

test('an id that could act on a terminal is refused, and left out where it is another job that it names', () => {
  for (const id of ['video\u001b[2J', 'video\n1', 'video\u009b2J', 'video\u202e1', '\u2066video']) {
    const refused = { code: 'invalid_response' };
    assert.throws(() => parseVideo({ id }), refused);
    assert.throws(() => parseVideo({ task_id: id }), refused);
    assert.equal(parseVideo({ id: 'a', remixed_from_video_id: id }).remixed_from_video_id, undefined);
    assert.throws(() => parseVideoList({ data: [{ id: 'a' }], last_id: id }), refused);
    assert.throws(() => parseCharacter({ id }), refused);
    assert.equal(parseVideo({ id }, 'known').id, 'known');
  }
});
