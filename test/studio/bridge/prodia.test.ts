import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNoKey } from '../../support/key.ts';
import { picture } from '../../support/media.ts';
import { createJob, reaches } from '../../support/studio.ts';
import { prodia } from './oneCallDialects.ts';
import { clipOf } from './provider.ts';
import { openBridge } from './support.ts';

const { model } = prodia;

test('a clip that comes with the answer is kept, with what it cost', async () => {
  await using bridged = await openBridge(prodia);
  const { studio, provider } = bridged;
  const id = await createJob(studio.baseUrl, { model, prompt: 'a boat', seed: 5 });
  assert.partialDeepStrictEqual(await reaches(studio.baseUrl, id, 'completed'), {
    cost: { usd: 0.03 },
    notes: ['The model chooses length, shape and resolution by itself.'],
  });
  const bytes = await (await fetch(`${studio.baseUrl}/videos/${id}/content`)).arrayBuffer();
  assert.deepEqual(Buffer.from(bytes), clipOf({ id: 'job0' }));
  assert.deepEqual(provider.jobs[0]?.body, {
    type: 'inference.wan2-2.lightning.txt2vid.v0',
    config: { prompt: 'a boat', seed: 5 },
  });
});

test('a first frame goes along with the request', async () => {
  await using bridged = await openBridge(prodia);
  const { studio, provider } = bridged;
  const image = picture('image/png').toString('base64');
  const input_reference = { image_url: `data:image/png;base64,${image}` };
  const id = await createJob(studio.baseUrl, { model, input_reference });
  await reaches(studio.baseUrl, id, 'completed');
  assert.equal(provider.jobs[0]?.body.input, image);
});

test('how the one call ends is the end of the job, and it is made once', async () => {
  await using bridged = await openBridge(prodia);
  const { studio, provider } = bridged;
  for (const [prompt, code, billed] of [
    ['[refused]', 'invalid_request', false],
    ['[unsafe]', 'moderation_blocked', false],
    ['[blocked]', 'moderation_blocked', false],
    ['[fails]', 'outcome_unknown', undefined],
    ['[500]', 'outcome_unknown', undefined],
    ['[lost]', 'outcome_unknown', undefined],
    ['[cut]', 'outcome_unknown', undefined],
    ['[words]', 'download_failed', undefined],
  ] as const) {
    const failed = await reaches(studio.baseUrl, await createJob(studio.baseUrl, { model, prompt }), 'failed');
    assert.partialDeepStrictEqual(failed, { error: { code } }, prompt);
    assert.equal(Object(failed).billed, billed, prompt);
  }
  await reaches(studio.baseUrl, await createJob(studio.baseUrl, { model, prompt: '[429]' }), 'completed');
  assert.deepEqual(
    provider.jobs.map(({ prompt }) => prompt),
    ['[blocked]', '[fails]', '[500]', '[lost]', '[cut]', '[words]', '[429]'],
  );
});

test('a key that is not taken is said without showing it', async () => {
  await using bridged = await openBridge({ ...prodia, isAuthorized: () => false });
  const { baseUrl } = bridged.studio;
  const failed = await reaches(baseUrl, await createJob(baseUrl, { model }), 'failed');
  assert.partialDeepStrictEqual(failed, { error: { code: 'provider_unauthorized' }, billed: false });
  assertNoKey('the job', failed);
});
