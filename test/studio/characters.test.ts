import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formOf, refusal, sharedStudio } from './support.ts';

/** The beginnings of files, as their magic numbers are read. */
const MP4 = Buffer.from('\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41', 'latin1');
const MOV = Buffer.from('\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'latin1');
const WEBM = Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex');
const studio = await sharedStudio();

test('a character is made of a video and a name, and known after a restart', async () => {
  for (const video of [MP4, MOV, WEBM]) {
    const made = await studio.post('/videos/characters', formOf({ video, name: 'Mossy' }));
    assert.match(String(made.id), /^char_/);
    assert.equal(made.name, 'Mossy');
    await studio.restart();
    assert.deepEqual((await studio.call('GET', `/videos/characters/${made.id}`)).body, made);
  }
});

test('an unknown character is a 404', async () => {
  assert.deepEqual(refusal(await studio.call('GET', '/videos/characters/char_none')), {
    ...{ status: 404, param: 'character_id', code: 'not_found' },
  });
});

test('a character needs a real video of at most 64 MiB and a name of 1 to 80 characters, in multipart', async () => {
  const refused = async (body: object) => refusal(await studio.call('POST', '/videos/characters', body));
  const name = 'Mossy';
  assert.deepEqual(await refused({ name, video: { id: 'x' } }), { status: 400, param: null, code: 'invalid_body' });
  assert.deepEqual(await refused(formOf({ name })), {
    status: 400,
    param: 'video',
    code: 'missing_required_parameter',
  });
  assert.deepEqual(await refused(formOf({ name, video: 'mp4' })), {
    status: 400,
    param: 'video',
    code: 'invalid_type',
  });
  assert.deepEqual(await refused(formOf({ name, video: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') })), {
    ...{ status: 400, param: 'video', code: 'invalid_video' },
  });
  assert.deepEqual(await refused(formOf({ video: MP4 })), {
    ...{ status: 400, param: 'name', code: 'missing_required_parameter' },
  });
  for (const [wrong, code] of [
    ['', 'string_below_min_length'],
    ['x'.repeat(81), 'string_above_max_length'],
    ['  ', 'invalid_value'],
  ] as const) {
    assert.deepEqual(await refused(formOf({ video: MP4, name: wrong })), { status: 400, param: 'name', code });
  }
  const large = Buffer.concat([MP4, Buffer.alloc(64 * 2 ** 20)]);
  assert.deepEqual(await refused(formOf({ video: large, name })), {
    ...{ status: 413, param: 'video', code: 'video_too_large' },
  });
});

test('a clip takes one or two characters, in JSON and in multipart', async () => {
  const [mossy, pip] = await Promise.all(
    ['Mossy', 'Pip'].map((name) => studio.post('/videos/characters', formOf({ video: MP4, name }))),
  );
  const bodies = [
    { prompt: 'Mossy and Pip', seed: 1, characters: [{ id: mossy?.id }, { id: pip?.id }] },
    formList('characters[][id]', 'characters[][id]'),
    formList('characters[0][id]', 'characters[1][id]'),
  ];
  function formList(first: string, second: string): FormData {
    const form = formOf({ prompt: 'Mossy and Pip', seed: '1', size: '720x1280' });
    form.append(first, String(mossy?.id));
    form.append(second, String(pip?.id));
    return form;
  }
  const clips = await Promise.all(bodies.map(async (body) => studio.pictures((await studio.post('/videos', body)).id)));
  assert.deepEqual(clips[1], clips[0]);
  assert.deepEqual(clips[2], clips[0]);
});

test('a list of characters that is none, is too long or names an unknown one is refused', async () => {
  const { id } = await studio.post('/videos/characters', formOf({ video: MP4, name: 'Mossy' }));
  const refused = async (characters: unknown) =>
    refusal(await studio.call('POST', '/videos', { prompt: 'Mossy', characters }));
  const param = 'characters';
  assert.deepEqual(await refused([{ id: 'char_none' }]), { status: 400, param, code: 'character_not_found' });
  assert.deepEqual(await refused([{ id }, { id }, { id }]), { status: 400, param, code: 'array_above_max_length' });
  assert.deepEqual(await refused({ id }), { status: 400, param, code: 'invalid_type' });
  assert.deepEqual(await refused([id]), { status: 400, param, code: 'invalid_value' });
  assert.deepEqual(await refused([{ id, name: 'Mossy' }]), { status: 400, param, code: 'invalid_value' });
});
