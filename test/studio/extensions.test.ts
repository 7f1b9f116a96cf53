import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formOf, refusal, sharedStudio } from './support.ts';

const studio = await sharedStudio();
const source = await studio.clip();

test('an extension is one clip of the whole length', async () => {
  const body = { video: { id: source.id }, prompt: 'Night falls', seconds: '8' };
  const extension = await studio.post('/videos/extensions', body);
  assert.partialDeepStrictEqual(extension, { seconds: '12', prompt: 'Night falls', source_video_id: source.id });
  assert.equal((await studio.finished(extension.id)).seconds, '12');
});

test('a clip is extended by its very file as well', async () => {
  const video = await studio.download(source.id);
  const extension = await studio.post('/videos/extensions', formOf({ video, prompt: 'It rains', seconds: '4' }));
  assert.partialDeepStrictEqual(extension, { seconds: '8', source_video_id: source.id });
  await studio.call('DELETE', `/videos/${extension.id}`);
});

test('seconds must be given, and be one of the lengths, as text', async () => {
  const refused = async (seconds?: unknown) =>
    refusal(await studio.call('POST', '/videos/extensions', { video: { id: source.id }, prompt: 'On', seconds }));
  assert.deepEqual(await refused(), { status: 400, param: 'seconds', code: 'missing_required_parameter' });
  assert.deepEqual(await refused(4), { status: 400, param: 'seconds', code: 'invalid_type' });
  assert.deepEqual(await refused('24'), { status: 400, param: 'seconds', code: 'invalid_value' });
  assert.deepEqual(await refused('5'), { status: 400, param: 'seconds', code: 'invalid_value' });
});

test('an unknown video, and one that has not ended, are refused', async () => {
  const open = await studio.post('/videos', { prompt: 'A boat', seconds: '20' });
  const refused = async (id: unknown) =>
    refusal(await studio.call('POST', '/videos/extensions', { video: { id }, prompt: 'On', seconds: '4' }));
  assert.deepEqual(await refused('video_none'), { status: 404, param: 'video_id', code: 'not_found' });
  assert.deepEqual(await refused(open.id), { status: 400, param: 'video', code: 'video_not_ready' });
  await studio.call('DELETE', `/videos/${open.id}`);
});

test('a clip is extended six times and no more', async () => {
  let last = source;
  const extend = (seconds: string) =>
    studio.call('POST', '/videos/extensions', { video: { id: last.id }, prompt: 'It goes on', seconds });
  for (let times = 0; times < 6; times++) last = await studio.finished((await extend('4')).body.id);
  assert.equal(last.seconds, '28');
  assert.deepEqual(refusal(await extend('4')), { status: 400, param: 'seconds', code: 'too_many_extensions' });
});

test('a clip grows to 120 seconds and no longer', async () => {
  let last = await studio.clip({ seconds: '20' });
  const extend = (seconds: string) =>
    studio.call('POST', '/videos/extensions', { video: { id: last.id }, prompt: 'It goes on', seconds });
  for (let times = 0; times < 5; times++) last = await studio.finished((await extend('20')).body.id);
  assert.equal(last.seconds, '120');
  assert.deepEqual(refusal(await extend('4')), { status: 400, param: 'seconds', code: 'video_too_long' });
});
