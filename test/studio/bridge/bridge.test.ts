import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { describe, test } from 'node:test';
import { assertNoKey } from '../../support/key.ts';
import { picture } from '../../support/media.ts';
import { ask, createJob, field, reaches, until } from '../../support/studio.ts';
import { DIALECTS, type Dialect } from './dialects.ts';
import { clipOf } from './provider.ts';
import { openBridge } from './support.ts';

for (const [name, dialect] of Object.entries<Dialect>(DIALECTS)) {
  const { model } = dialect;

  describe(`clips of ${name}`, () => {
    test('a clip is asked for, followed and fetched, and the job says what made it', async () => {
      await using bridged = await openBridge(dialect);
      const { studio, provider } = bridged;
      const id = await createJob(studio.baseUrl, { model, prompt: 'a boat', size: '1280x720', seconds: '8', seed: 5 });
      const done = await reaches(studio.baseUrl, id, 'completed');
      assert.partialDeepStrictEqual(done, { model, prompt: 'a boat', size: '1280x720', seconds: '8', progress: 100 });
      const response = await fetch(`${studio.baseUrl}/videos/${id}/content`);
      assert.equal(response.headers.get('content-type'), 'video/mp4');
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), clipOf({ id: 'job0' }));
      assert.equal(provider.jobs.length, 1);
    });

    test('a prompt or a clip that its filter holds back is moderation, any other end is said in its words', async () => {
      await using bridged = await openBridge(dialect);
      const { studio, provider } = bridged;
      const end = async (prompt: string) => {
        const id = await createJob(studio.baseUrl, { model, prompt });
        return Object(await reaches(studio.baseUrl, id, 'failed')).error;
      };
      for (const prompt of ['[blocked]', '[unsafe]']) {
        const { code, message } = await end(prompt);
        assert.equal(code, 'moderation_blocked', `${prompt}: ${message}`);
      }
      const refused = await end('[refused]');
      assert.deepEqual([refused.code, /too long/.test(refused.message)], ['invalid_request', true], refused.message);
      const failed = await end('[fails]');
      assert.equal(failed.code, 'generation_failed');
      assert.match(failed.message, /runner gave up|CUDA|Try again|Internal error/);
      assert.deepEqual(
        provider.jobs.map(({ prompt }) => prompt),
        ['[blocked]', '[fails]'],
      );
    });

    test('a lost answer is never followed by a second request, a refusal for now is', async () => {
      await using bridged = await openBridge(dialect);
      const { studio, provider } = bridged;
      for (const prompt of ['[lost]', '[500]']) {
        const failed = await reaches(studio.baseUrl, await createJob(studio.baseUrl, { model, prompt }), 'failed');
        assert.partialDeepStrictEqual(failed, { error: { code: 'outcome_unknown' } });
        assert.equal(Object(failed).billed, undefined);
        assert.match(JSON.stringify(failed), /may have been made, and billed/);
      }
      await reaches(studio.baseUrl, await createJob(studio.baseUrl, { model, prompt: '[429]' }), 'completed');
      assert.deepEqual(
        provider.jobs.map(({ prompt }) => prompt),
        ['[lost]', '[500]', '[429]'],
      );
    });

    test('trouble on the way to a clip that is made costs nothing but time', async () => {
      await using bridged = await openBridge(dialect);
      const { studio, provider } = bridged;
      const troubles = ['[503]', '[reset]', '[unknown]', '[broken]', '[page]', '[torn]', '[cut]', '[gone]'];
      for (const prompt of troubles) {
        const id = await createJob(studio.baseUrl, { model, prompt });
        await reaches(studio.baseUrl, id, 'completed');
        const bytes = await (await fetch(`${studio.baseUrl}/videos/${id}/content`)).arrayBuffer();
        assert.deepEqual(Buffer.from(bytes), clipOf({ id: `job${provider.jobs.length - 1}` }), prompt);
      }
      assert.equal(provider.jobs.length, troubles.length);
    });

    test('a clip that its provider goes on not to know is given up', async () => {
      await using bridged = await openBridge(dialect);
      const { baseUrl } = bridged.studio;
      const failed = await reaches(baseUrl, await createJob(baseUrl, { model, prompt: '[forgotten]' }), 'failed');
      assert.partialDeepStrictEqual(failed, { error: { code: 'generation_failed' } });
    });

    test('a key that is not taken is said without showing it', async () => {
      await using bridged = await openBridge({ ...dialect, isAuthorized: () => false });
      const id = await createJob(bridged.studio.baseUrl, { model });
      const failed = await reaches(bridged.studio.baseUrl, id, 'failed');
      assert.partialDeepStrictEqual(failed, { error: { code: 'provider_unauthorized' }, billed: false });
      assertNoKey('the job', failed);
      assert.equal(bridged.provider.jobs.length, 0);
    });

    test('a job that is deleted is not followed any more', async () => {
      await using bridged = await openBridge(dialect);
      const { studio, provider } = bridged;
      const id = await createJob(studio.baseUrl, { model, prompt: '[slow]' });
      await until(() => provider.polls() > 2);
      const undeleted = provider.polls();
      assert.equal((await ask(`${studio.baseUrl}/videos/${id}`, 'DELETE')).status, 200);
      const before = provider.polls();
      // Of the hundreds that the time to hear an answer out would let pass.
      assert.ok(before - undeleted <= 50, `${before - undeleted} polls while it was deleted`);
      await reaches(studio.baseUrl, await createJob(studio.baseUrl, { model }), 'completed');
      assert.ok(provider.polls() - before <= 3);
    });
  });
}

test('each provider is asked in its own words', async () => {
  const image = picture('image/png');
  const input_reference = { image_url: `data:image/png;base64,${image.toString('base64')}` };
  const request = { prompt: 'a boat', size: '720x1280', seconds: '7', seed: 5, input_reference };
  const bodies: Record<string, unknown> = {};
  const notes: Record<string, unknown> = {};
  for (const [name, dialect] of Object.entries<Dialect>(DIALECTS)) {
    await using bridged = await openBridge(dialect);
    const { studio, provider } = bridged;
    const id = await createJob(studio.baseUrl, { ...request, model: dialect.model });
    const done = await reaches(studio.baseUrl, id, 'completed');
    bodies[name] = provider.jobs[0]?.body;
    notes[name] = Object(done).notes;
  }
  const url = input_reference.image_url;
  const base64 = image.toString('base64');
  assert.deepEqual(bodies, {
    fal: { prompt: 'a boat', image_url: url, aspect_ratio: '9:16', duration: '7s', seed: 5 },
    replicate: { input: { prompt: 'a boat', image: url, aspect_ratio: '9:16', duration: 7, seed: 5 } },
    xai: {
      ...{ model: 'grok-imagine-video', prompt: 'a boat', duration: 7, aspect_ratio: '9:16', resolution: '720p' },
      image: { url },
    },
    google: {
      instances: [{ prompt: 'a boat', image: { bytesBase64Encoded: base64, mimeType: 'image/png' } }],
      parameters: { sampleCount: 1, aspectRatio: '9:16', resolution: '720p', durationSeconds: 6, seed: 5 },
    },
    alibaba: {
      model: 'wan3.0-video',
      input: { prompt: 'a boat', media: [{ type: 'first_frame', url }] },
      parameters: { duration: 7, seed: 5, resolution: '720P', ratio: '9:16' },
    },
    bytedance: {
      ...{ model: 'seedance-1-5-pro-251215', ratio: '9:16', duration: 7, seed: 5, resolution: '720p' },
      content: [
        { type: 'text', text: 'a boat' },
        { type: 'image_url', image_url: { url } },
      ],
    },
    gateway: {
      ...{ prompt: 'a boat', n: 1, aspectRatio: '9:16', resolution: '1280x720', duration: 6, seed: 5 },
      ...{ providerOptions: {}, image: { type: 'file', mediaType: 'image/png', data: base64 } },
    },
    'black-forest-labs': {
      ...{ mode: 'i2v', prompt: 'a boat', aspect_ratio: '9:16', duration: 7, resolution: 'hd', keyframes: [base64] },
    },
  });
  assert.deepEqual(notes, {
    fal: ['The model chooses the resolution by itself.'],
    replicate: ['The model chooses the resolution by itself.'],
    xai: ['seed: xAI video models do not support seed.'],
    google: ['6 seconds instead of 7: the nearest that google/veo-3.1-generate-preview offers.'],
    alibaba: undefined,
    bytedance: undefined,
    gateway: ['6 seconds instead of 7: the nearest that gateway/google/veo-3.1-generate-preview offers.'],
    'black-forest-labs': ['seed: FLUX 3 video does not accept a seed.'],
  });
});

test('what a provider says that a clip cost is in the job', async () => {
  for (const [dialect, usd] of [
    [DIALECTS.xai, 0.25],
    [DIALECTS.gateway, 0.4],
    [DIALECTS['black-forest-labs'], 0.385],
  ] as const) {
    await using bridged = await openBridge(dialect);
    const { baseUrl } = bridged.studio;
    const done = await reaches(baseUrl, await createJob(baseUrl, { model: dialect.model }), 'completed');
    assert.deepEqual(Object(done).cost, { usd });
  }
});

test('a first frame that would be left out is refused before anything is asked for', async () => {
  const model = 'alibaba/wan2.6-t2v';
  await using bridged = await openBridge({ ...DIALECTS.alibaba, model });
  const { studio, provider } = bridged;
  const image_url = `data:image/png;base64,${picture('image/png').toString('base64')}`;
  const id = await createJob(studio.baseUrl, { model, input_reference: { image_url } });
  const failed = await reaches(studio.baseUrl, id, 'failed');
  assert.partialDeepStrictEqual(failed, { error: { code: 'invalid_request' }, billed: false });
  assert.match(JSON.stringify(failed), /takes no first frame/);
  await reaches(studio.baseUrl, await createJob(studio.baseUrl, { model }), 'completed');
  assert.equal(provider.jobs.length, 1);
});

test('a clip at a private address is not fetched where its provider is a public one', async () => {
  const { fal } = DIALECTS;
  const settings = (origin: string) => ({ ...fal.settings(origin), baseURL: 'https://queue.fal.run' });
  await using bridged = await openBridge({ ...fal, settings, fileOf: () => 'https://10.0.0.1/clip.mp4' });
  const { baseUrl } = bridged.studio;
  const failed = await reaches(baseUrl, await createJob(baseUrl, { model: fal.model }), 'failed');
  assert.partialDeepStrictEqual(failed, { error: { code: 'download_failed' } });
  assert.match(JSON.stringify(failed), /private address 10\.0\.0\.1/);
});

test("a clip of a provider whose name leads into one's own network is fetched from there", async (context) => {
  const own = hostname();
  const addresses = await lookup(own, { all: true, family: 4 }).catch(() => []);
  if (!addresses.some(({ address }) => address.startsWith('127.'))) return context.skip('it has no name of its own');
  const { fal } = DIALECTS;
  const named = (origin: string) => origin.replace('127.0.0.1', own);
  await using bridged = await openBridge({
    ...fal,
    settings: (origin) => ({ ...fal.settings(origin), baseURL: named(origin) }),
    fileOf: (job, origin) => named(fal.fileOf(job, origin)),
  });
  const { baseUrl } = bridged.studio;
  await reaches(baseUrl, await createJob(baseUrl, { model: fal.model }), 'completed');
});

test('what is no video is not taken for a clip', async () => {
  await using bridged = await openBridge(DIALECTS.xai, { limitMs: 2_000 });
  const { baseUrl } = bridged.studio;
  const id = await createJob(baseUrl, { model: 'xai/grok-imagine-video', prompt: '[words]' });
  const failed = await reaches(baseUrl, id, 'failed');
  assert.partialDeepStrictEqual(failed, { error: { code: 'download_failed' } });
  assert.match(JSON.stringify(failed), /no video/);
});

test('a machine that slept, or whose clock was set, does not give up a clip for it', async (context) => {
  await using bridged = await openBridge(DIALECTS.replicate);
  const { studio, provider } = bridged;
  const id = await createJob(studio.baseUrl, { model: 'replicate/minimax/video-01', prompt: '[slow]' });
  await until(() => provider.polls() > 0);
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 86_400_000 });
  const before = provider.polls();
  await until(() => provider.polls() > before + 1);
  provider.release();
  await reaches(studio.baseUrl, id, 'completed');
});

test('a clip that takes longer than the limit fails, and it is said that it may still be made', async () => {
  await using bridged = await openBridge(DIALECTS.replicate, { limitMs: 300 });
  const { baseUrl } = bridged.studio;
  const id = await createJob(baseUrl, { model: 'replicate/minimax/video-01', prompt: '[slow]' });
  const failed = await reaches(baseUrl, id, 'failed');
  assert.partialDeepStrictEqual(failed, { error: { code: 'generation_timeout' } });
  assert.match(field(Object(failed).error, 'message'), /may still be made, and billed/);
});
