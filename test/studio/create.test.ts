import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { picture } from '../support/media.ts';
import { ask, createJob, field, openStudio, reaches, testEngine } from '../support/studio.ts';

const SIZES = ['720x1280', '1280x720', '1024x1792', '1792x1024'];
const PNG = picture('image/png');
const dataUrl = (bytes: Buffer, type = 'image/png') => `data:${type};base64,${bytes.toString('base64')}`;

function form(fields: Record<string, string | Blob>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

const blob = (bytes: Buffer) => new Blob([new Uint8Array(bytes)]);

test('a job made with JSON has the defaults of the reference', async () => {
  await using studio = await openStudio();
  const { status, body, headers } = await ask(`${studio.baseUrl}/videos`, 'POST', { prompt: 'a boat', seed: 7 });
  assert.equal(status, 200);
  assert.match(headers.get('x-request-id') ?? '', /^req_/);
  assert.partialDeepStrictEqual(body, {
    object: 'video',
    status: 'queued',
    progress: 0,
    seconds: '4',
    size: '720x1280',
    prompt: 'a boat',
    seed: 7,
    error: null,
  });
});

test('every size and length of the reference is taken, and the old model names are understood', async () => {
  await using studio = await openStudio();
  for (const size of SIZES) await reaches(studio.baseUrl, await createJob(studio.baseUrl, { size }), 'completed');
  for (const seconds of ['4', '8', '12', '16', '20']) await createJob(studio.baseUrl, { seconds });
  for (const model of ['animatic', 'sora-2', 'sora-2-pro', 'sora-2-2025-12-08'])
    await createJob(studio.baseUrl, { model });
  await createJob(studio.baseUrl, { prompt: 'x'.repeat(32_000) });
});

test('a job made with multipart is the same, with and without a reference image', async () => {
  const references: Buffer[] = [];
  const engine = testEngine(async ({ referencePath }) => {
    if (referencePath !== undefined) references.push(await readFile(referencePath));
  });
  await using studio = await openStudio({ engine });
  const create = async (fields: Record<string, string | Blob>) => {
    const { status, body } = await ask(`${studio.baseUrl}/videos`, 'POST', form({ prompt: 'a boat', ...fields }));
    assert.equal(status, 200, JSON.stringify(body));
    await reaches(studio.baseUrl, field(body, 'id'), 'completed');
    return body;
  };
  const plain = await create({ seconds: '8', size: '1792x1024', seed: '5' });
  assert.partialDeepStrictEqual(plain, { seconds: '8', size: '1792x1024', seed: 5 });
  for (const bytes of [PNG, picture('image/jpeg'), picture('image/webp')])
    await create({ input_reference: blob(bytes) });
  await create({ 'input_reference[image_url]': dataUrl(PNG) });
  await reaches(
    studio.baseUrl,
    await createJob(studio.baseUrl, { input_reference: { image_url: dataUrl(PNG) } }),
    'completed',
  );
  assert.deepEqual(references, [PNG, picture('image/jpeg'), picture('image/webp'), PNG, PNG]);
});

test('every bad input is refused in the envelope of the reference, and nothing is stored', async () => {
  await using studio = await openStudio({ engine: testEngine(() => assert.fail('it rendered')) });
  const jpeg = picture('image/jpeg', 64, 64);
  const png = picture('image/png', 64, 64);
  const byUrl = (image_url: unknown) => ({ input_reference: { image_url } });
  const cases: [string, object, string | null][] = [
    ['no prompt', { prompt: undefined }, 'prompt'],
    ['empty prompt', { prompt: '' }, 'prompt'],
    ['prompt as a number', { prompt: 5 }, 'prompt'],
    ['prompt as null', { prompt: null }, 'prompt'],
    ['prompt too long', { prompt: 'x'.repeat(32_001) }, 'prompt'],
    ['integer seconds', { seconds: 4 }, 'seconds'],
    ['other seconds', { seconds: '5' }, 'seconds'],
    ['empty seconds', { seconds: '' }, 'seconds'],
    ['size without a height', { size: '12x' }, 'size'],
    ['other size', { size: '1920x1080' }, 'size'],
    ['unknown parameter', { fps: 30 }, 'fps'],
    ['unknown model', { model: 'veo-3' }, 'model'],
    ['model as a list', { model: [] }, 'model'],
    ['negative seed', { seed: -1 }, 'seed'],
    ['seed as a fraction', { seed: 1.5 }, 'seed'],
    ['reference as a text', { input_reference: 'file.png' }, 'input_reference'],
    ['reference as null', { input_reference: null }, 'input_reference'],
    ['reference as a list', { input_reference: [] }, 'input_reference'],
    ['file id', { input_reference: { file_id: 'file-1' } }, 'input_reference'],
    ['http address', byUrl('http://169.254.169.254/latest'), 'input_reference'],
    ['file address', byUrl('file:///etc/passwd'), 'input_reference'],
    ['empty data URL', byUrl('data:image/png;base64,'), 'input_reference'],
    ['data URL of a text', byUrl(dataUrl(Buffer.from('hello'))), 'input_reference'],
    ['cut PNG', byUrl(dataUrl(png.subarray(0, -20))), 'input_reference'],
    ['cut JPEG', byUrl(dataUrl(jpeg.subarray(0, -20), 'image/jpeg')), 'input_reference'],
    ['cut JPEG as a file', form({ prompt: 'x', input_reference: blob(jpeg.subarray(0, 200)) }), 'input_reference'],
    ['text as a file', form({ prompt: 'x', input_reference: blob(Buffer.from('hello')) }), 'input_reference'],
    ['empty file', form({ prompt: 'x', input_reference: blob(Buffer.alloc(0)) }), 'input_reference'],
    ['reference as a multipart text', form({ prompt: 'x', input_reference: 'a.png' }), 'input_reference'],
    ['prompt as a file', form({ prompt: blob(Buffer.from('x')) }), 'prompt'],
    ['multipart without a prompt', form({ seconds: '4' }), 'prompt'],
    ['multipart with an unknown field', form({ prompt: 'x', fps: '30' }), 'fps'],
    ['a list as the body', [], null],
  ];
  for (const [what, input, param] of cases) {
    const isPlain = !(input instanceof FormData) && !Array.isArray(input);
    const body = isPlain ? { prompt: 'a boat', ...input } : input;
    const answer = await ask(`${studio.baseUrl}/videos`, 'POST', body);
    assert.equal(answer.status, 400, `${what}: ${JSON.stringify(answer.body)}`);
    assert.partialDeepStrictEqual(answer.body, { error: { type: 'invalid_request_error', param } }, what);
    assert.match(answer.headers.get('x-request-id') ?? '', /^req_/);
  }
  assert.partialDeepStrictEqual((await ask(`${studio.baseUrl}/videos`)).body, { data: [], has_more: false });
  const folder = path.join(studio.state, 'studio', 'jobs');
  assert.deepEqual(existsSync(folder) ? await readdir(folder) : [], []);
});

test('a body that cannot be read is refused in the same envelope', async () => {
  await using studio = await openStudio();
  const boundary = 'multipart/form-data; boundary=b';
  const part = '--b\r\ncontent-disposition: form-data; name="prompt"\r\n\r\nx';
  const bodies: [string, string, number][] = [
    ['application/json', '{"prompt":', 400],
    ['application/json', '', 400],
    ['application/json', '"text"', 400],
    ['application/json', 'null', 400],
    ['application/json', '{"__proto__":{"a":1},"prompt":"x"}', 400],
    ['text/plain', 'prompt', 400],
    ['image/png', 'prompt', 415],
    [boundary, part, 400],
    [boundary, '', 400],
    ['multipart/form-data', part, 400],
    ['application/json', JSON.stringify({ prompt: 'x'.repeat(33 * 1024 * 1024) }), 413],
  ];
  for (const [type, body, status] of bodies) {
    const response = await fetch(`${studio.baseUrl}/videos`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    const answer: unknown = await response.json();
    assert.equal(response.status, status, `${type} ${body.slice(0, 40)}: ${JSON.stringify(answer)}`);
    assert.match(response.headers.get('x-request-id') ?? '', /^req_/);
  }
  assert.partialDeepStrictEqual((await ask(`${studio.baseUrl}/videos`)).body, { data: [] });
});
