import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formOf, refusal, sharedStudio } from './support.ts';

const studio = await sharedStudio();
const source = await studio.clip();

test("a remix is a job of its own with the source's seed, size and length, and says where it comes from", async () => {
  const remix = await studio.post(`/videos/${source.id}/remix`, { prompt: 'A blue cat in a meadow' });
  const { id, seed, size, seconds } = source;
  assert.notEqual(remix.id, id);
  assert.partialDeepStrictEqual(remix, {
    status: 'queued',
    prompt: 'A blue cat in a meadow',
    ...{ seed, size, seconds, remixed_from_video_id: id, source_video_id: id },
  });
  assert.equal((await studio.finished(remix.id)).remixed_from_video_id, id);
  assert.notDeepEqual(await studio.pictures(remix.id), await studio.pictures(id));
  assert.equal((await studio.call('GET', `/videos/${id}`)).body.remixed_from_video_id, null);
});

test('a remix is asked for in multipart as well', async () => {
  const remix = await studio.post(`/videos/${source.id}/remix`, formOf({ prompt: 'A dog' }));
  assert.equal(remix.remixed_from_video_id, source.id);
  assert.equal((await studio.call('DELETE', `/videos/${remix.id}`)).status, 200);
});

test('a remix of an unknown job, or of one that has not ended, is refused', async () => {
  assert.deepEqual(refusal(await studio.call('POST', '/videos/video_none/remix', { prompt: 'A dog' })), {
    ...{ status: 404, param: 'video_id', code: 'not_found' },
  });
  const open = await studio.post('/videos', { prompt: 'A boat', seconds: '20' });
  assert.deepEqual(refusal(await studio.call('POST', `/videos/${open.id}/remix`, { prompt: 'A dog' })), {
    ...{ status: 400, param: 'video', code: 'video_not_ready' },
  });
  await studio.call('DELETE', `/videos/${open.id}`);
});

test('a remix takes a prompt and nothing else', async () => {
  const refused = async (body: object) => refusal(await studio.call('POST', `/videos/${source.id}/remix`, body));
  assert.deepEqual(await refused({}), { status: 400, param: 'prompt', code: 'missing_required_parameter' });
  assert.deepEqual(await refused({ prompt: '' }), { status: 400, param: 'prompt', code: 'string_below_min_length' });
  assert.deepEqual(await refused({ prompt: 3 }), { status: 400, param: 'prompt', code: 'invalid_type' });
  assert.deepEqual(await refused({ prompt: 'A dog', seconds: '8' }), {
    ...{ status: 400, param: 'seconds', code: 'unknown_parameter' },
  });
});
