import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { createCanvas } from '@napi-rs/canvas';
import { createJob, openStudio, reaches, testEngine } from '../support/studio.ts';
import { formOf, refusal, sharedStudio } from './support.ts';

const PROMPT = 'make it night';
const studio = await sharedStudio();
const source = await studio.clip();

test('an edit by id is a new clip that says what it was made from', async () => {
  const edit = await studio.post('/videos/edits', { video: { id: source.id }, prompt: PROMPT });
  assert.partialDeepStrictEqual(edit, { prompt: PROMPT, source_video_id: source.id, remixed_from_video_id: null });
  const [before, after] = await Promise.all([studio.pictures(source.id), studio.pictures(edit.id)]);
  assert.notDeepEqual(before, after);
});

test('an edit is asked for in multipart by id, or with the very file that the studio made', async () => {
  const byId = await studio.post('/videos/edits', formOf({ 'video[id]': String(source.id), prompt: PROMPT }));
  assert.equal(byId.source_video_id, source.id);
  const byFile = await studio.post(
    '/videos/edits',
    formOf({ video: await studio.download(source.id), prompt: PROMPT }),
  );
  assert.equal(byFile.source_video_id, source.id);
  const clips = await Promise.all([byId, byFile].map(({ id }) => studio.pictures(id)));
  assert.deepEqual(clips[0], clips[1]);
});

test('a video of other makers is refused with a word on what is possible', async () => {
  const foreign = Buffer.from(await studio.download(source.id));
  foreign[foreign.length - 1] = (foreign.at(-1) ?? 0) ^ 1;
  const answer = await studio.call('POST', '/videos/edits', formOf({ video: foreign, prompt: PROMPT }));
  assert.deepEqual(refusal(answer), { status: 400, param: 'video', code: 'unsupported_video' });
  assert.match(JSON.stringify(answer.body), /send the unchanged file .* or \{ id \} of a completed job/);
});

test('what is no video, no id, or not known is refused', async () => {
  const refused = async (body: object) => refusal(await studio.call('POST', '/videos/edits', body));
  const prompt = PROMPT;
  assert.deepEqual(await refused({ prompt }), { status: 400, param: 'video', code: 'missing_required_parameter' });
  assert.deepEqual(await refused({ video: 'video_1', prompt }), { status: 400, param: 'video', code: 'invalid_type' });
  assert.deepEqual(await refused({ video: { id: source.id, at: 2 }, prompt }), {
    ...{ status: 400, param: 'video', code: 'invalid_type' },
  });
  assert.deepEqual(await refused({ video: { id: 'none' }, prompt }), {
    status: 404,
    param: 'video_id',
    code: 'not_found',
  });
  assert.deepEqual(await refused({ video: { id: source.id } }), {
    ...{ status: 400, param: 'prompt', code: 'missing_required_parameter' },
  });
  assert.deepEqual(await refused(formOf({ video: Buffer.from('no video at all'), prompt })), {
    ...{ status: 400, param: 'video', code: 'invalid_video' },
  });
  assert.deepEqual(await refused(formOf({ video: Buffer.alloc(0), prompt })), {
    ...{ status: 400, param: 'video', code: 'invalid_video' },
  });
});

test('a parameter that is not known is refused after the whole upload was read', async () => {
  const form = formOf({ footage: Buffer.alloc(8 * 2 ** 20), prompt: PROMPT });
  assert.deepEqual(refusal(await studio.call('POST', '/videos/edits', form)), {
    ...{ status: 400, param: 'footage', code: 'unknown_parameter' },
  });
});

test('a reference image comes along, and outlives the job that it was given to', async () => {
  const image = createCanvas(64, 36).toBuffer('image/png');
  const input_reference = { image_url: `data:image/png;base64,${image.toString('base64')}` };
  const { id } = await studio.clip({ input_reference });
  const edit = await studio.post('/videos/edits', { video: { id }, prompt: PROMPT });
  await studio.call('DELETE', `/videos/${id}`);
  await studio.finished(edit.id);
  assert.deepEqual(await readFile(path.join(studio.state, 'studio/jobs', String(edit.id), 'reference.png')), image);
});

test('a clip that was edited can be edited on, also after a restart and without its source', async () => {
  const first = await studio.finished(
    (await studio.post('/videos/edits', { video: { id: source.id }, prompt: PROMPT })).id,
  );
  await studio.restart();
  const second = await studio.post('/videos/edits', { video: { id: first.id }, prompt: 'add snow' });
  await studio.call('DELETE', `/videos/${first.id}`);
  assert.equal((await studio.finished(second.id)).source_video_id, first.id);
});

test('a clip that was changed again and again is at last not changed further', async () => {
  const change = { kind: 'edit' as const, prompt: PROMPT };
  await using changing = await openStudio({
    engine: {
      ...testEngine(),
      // As twenty-five edits would, one after the other.
      revise: ({ segments, ...recipe }) => ({
        ...recipe,
        segments: segments.map((segment) => ({
          ...segment,
          changes: [...(segment.changes ?? []), ...Array(25).fill(change)],
        })),
      }),
    },
  });
  const { baseUrl } = changing;
  const edit = async (id: string) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ video: { id }, prompt: PROMPT });
    const response = await fetch(`${baseUrl}/videos/edits`, { method: 'POST', headers, body });
    return { status: response.status, body: Object(await response.json()) };
  };
  let id = await createJob(baseUrl);
  await reaches(baseUrl, id, 'completed');
  for (let round = 0; round < 2; round++) {
    ({ id } = (await edit(id)).body);
    await reaches(baseUrl, id, 'completed');
  }
  assert.deepEqual(refusal(await edit(id)), { status: 400, param: 'video', code: 'too_many_changes' });
});
