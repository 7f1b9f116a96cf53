import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { loadImage } from '@napi-rs/canvas';
import { LoadSettingError } from 'ai';
import { MockVideoModelV3, MockVideoModelV4 } from 'ai/test';
import { PROVIDERS } from '../../../lib/studio/engines/bridge/providers.ts';
import { KEY } from '../../support/key.ts';
import { mp4 } from '../../support/media.ts';
import { ask, createJob, openStudio, reaches } from '../../support/studio.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const isThere = spawnSync('ffmpeg', ['-version']).status === 0;
const skip = !isThere && process.env.REQUIRE_REAL !== '1' ? 'ffmpeg is not installed' : false;

const answered = { timestamp: new Date(0), modelId: 'one', headers: undefined };

/** A studio with one provider of its own, whose models are all this one. */
const studioOf = (model: unknown) =>
  openStudio({ bridge: { providers: { acme: { video: () => model } }, pollMs: 20 } });

const wanting = (): never => {
  throw new LoadSettingError({ message: 'Set ACME_PLACE.' });
};

test('what is missing is said in one sentence, before anything is stored', async () => {
  await using studio = await openStudio({
    bridge: { providers: { minimax: { apiKey: KEY }, acme: { video: wanting } } },
  });
  const cases: [string, RegExp][] = [
    ['google/veo-3.1-generate-preview', /Set GOOGLE_GENERATIVE_AI_API_KEY/],
    ['fal/veo3', /Set FAL_API_KEY or FAL_KEY/],
    ['minimax/MiniMax-H3', /npm install @ai-sdk\/minimax/],
    ['nobody/veo', /<provider>\/<model>, with one of google, .*alibaba/],
    ['acme/one', /Set ACME_PLACE/],
    ['google/', /<provider>\/<model>/],
  ];
  for (const [model, words] of cases) {
    const { status, body } = await ask(`${studio.baseUrl}/videos`, 'POST', { prompt: 'a boat', model });
    assert.equal(status, 400, model);
    assert.partialDeepStrictEqual(body, { error: { code: 'model_not_found', param: 'model' } });
    assert.match(Object(body).error.message, words);
  }
  assert.partialDeepStrictEqual((await ask(`${studio.baseUrl}/videos`)).body, { data: [] });
});

test('every package of the table is an optional peer, or there anyway', () => {
  const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../package.json'), 'utf8'));
  for (const { package: name } of Object.values(PROVIDERS)) {
    const isOptional = name in manifest.peerDependencies && manifest.peerDependenciesMeta[name]?.optional === true;
    assert.ok(isOptional || name in manifest.dependencies, name);
  }
});

test('a model that can begin and tell later is asked, followed and fetched', async () => {
  const clip = mp4('of a model');
  let starts = 0;
  let polls = 0;
  await using studio = await studioOf(
    new MockVideoModelV4({
      doStart: async () => {
        starts++;
        const warnings = [{ type: 'unsupported' as const, feature: 'fps' }];
        return { operation: { number: 7 }, warnings, response: answered };
      },
      doStatus: async ({ operation }) => {
        assert.deepEqual(operation, { number: 7 });
        if (++polls < 3) return { status: 'pending', response: answered };
        const data = clip.toString('base64');
        const providerMetadata = { gateway: { cost: '0.4' } };
        return {
          ...{ status: 'completed', warnings: [], response: answered, providerMetadata },
          videos: [{ type: 'base64', data, mediaType: 'video/mp4' }],
        };
      },
    }),
  );
  const id = await createJob(studio.baseUrl, { model: 'acme/one' });
  const done = await reaches(studio.baseUrl, id, 'completed');
  assert.partialDeepStrictEqual(done, {
    notes: ['fps: not supported by this model (unsupported)'],
    cost: { usd: 0.4 },
  });
  const bytes = await (await fetch(`${studio.baseUrl}/videos/${id}/content`)).arrayBuffer();
  assert.deepEqual([Buffer.from(bytes), starts, polls], [clip, 1, 3]);
});

for (const [version, modelOf] of [
  ['fourth', (generate: MockVideoModelV4['doGenerate']) => new MockVideoModelV4({ doGenerate: generate })],
  ['third', (generate: MockVideoModelV3['doGenerate']) => new MockVideoModelV3({ doGenerate: generate })],
] as const) {
  test(`a model of the ${version} version that only makes a clip in one go is called once`, async () => {
    const clip = mp4('in one go');
    let calls = 0;
    await using studio = await studioOf(
      modelOf(async ({ prompt = '' }: { prompt?: string | undefined }) => {
        calls++;
        if (prompt.includes('fails')) throw new Error('It broke.');
        return {
          videos: [{ type: 'binary' as const, data: clip, mediaType: 'video/mp4' }],
          warnings: [{ type: 'other' as const, message: 'It has no sound.' }],
          response: answered,
        };
      }),
    );
    const id = await createJob(studio.baseUrl, { model: 'acme/one' });
    assert.partialDeepStrictEqual(await reaches(studio.baseUrl, id, 'completed'), { notes: ['It has no sound.'] });
    const bytes = await (await fetch(`${studio.baseUrl}/videos/${id}/content`)).arrayBuffer();
    assert.deepEqual([Buffer.from(bytes), calls], [clip, 1]);
    const failing = await createJob(studio.baseUrl, { model: 'acme/one', prompt: 'it fails' });
    const failed = await reaches(studio.baseUrl, failing, 'failed');
    assert.partialDeepStrictEqual(failed, { error: { code: 'outcome_unknown' } });
    assert.equal(calls, 2);
  });
}

test("what a provider of one's own names is fetched from the public network only", async () => {
  let calls = 0;
  await using studio = await studioOf(
    new MockVideoModelV4({
      doGenerate: async () => {
        calls++;
        return {
          videos: [{ type: 'url', url: 'https://127.0.0.1:9/clip.mp4', mediaType: 'video/mp4' }],
          ...{ warnings: [], response: answered },
        };
      },
    }),
  );
  const id = await createJob(studio.baseUrl, { model: 'acme/one' });
  const failed = await reaches(studio.baseUrl, id, 'failed');
  assert.partialDeepStrictEqual(failed, { error: { code: 'download_failed' } });
  assert.match(JSON.stringify(failed), /private address 127\.0\.0\.1/);
  assert.equal(Object(failed).billed, undefined);
  assert.equal(calls, 1);
});

test('a clip whose pictures cannot be taken is there all the same', async (context) => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, 'ffmpeg'), '#!/bin/sh\necho no picture\n', { mode: 0o755 });
  const before = process.env.PATH;
  context.after(() => {
    process.env.PATH = before;
  });
  process.env.PATH = `${folder.path}:${before}`;
  const data = mp4('without pictures');
  await using studio = await studioOf(
    new MockVideoModelV4({
      doGenerate: async () => ({
        videos: [{ type: 'binary', data, mediaType: 'video/mp4' }],
        ...{ warnings: [], response: answered },
      }),
    }),
  );
  const id = await createJob(studio.baseUrl, { model: 'acme/one' });
  await reaches(studio.baseUrl, id, 'completed');
});

test('the machine takes a thumbnail and a spritesheet from the clip', { skip }, async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'clip.mp4');
  const size = 'testsrc=s=320x180:d=2:r=24';
  const made = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', size, '-pix_fmt', 'yuv420p', file]);
  assert.equal(made.status, 0, String(made.stderr));
  const data = readFileSync(file);
  await using studio = await studioOf(
    new MockVideoModelV4({
      doGenerate: async () => ({
        videos: [{ type: 'binary', data, mediaType: 'video/mp4' }],
        ...{ warnings: [], response: answered },
      }),
    }),
  );
  const id = await createJob(studio.baseUrl, { model: 'acme/one' });
  await reaches(studio.baseUrl, id, 'completed', 30_000);
  for (const [variant, type, width, height] of [
    ['thumbnail', 'image/webp', 320, 180],
    ['spritesheet', 'image/jpeg', 1_280, 720],
  ] as const) {
    const response = await fetch(`${studio.baseUrl}/videos/${id}/content?variant=${variant}`);
    assert.equal(response.headers.get('content-type'), type);
    const image = await loadImage(Buffer.from(await response.arrayBuffer()));
    assert.deepEqual([image.width, image.height], [width, height]);
  }
});
