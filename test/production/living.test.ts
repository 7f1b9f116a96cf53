import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFreeClip } from '../../lib/api/profiles.ts';
import { advance } from '../../lib/production/advance.ts';
import { costsNothing } from '../../lib/production/price.ts';
import { intend } from '../../lib/production/submit.ts';
import { DIALECTS } from '../studio/bridge/dialects.ts';
import { type Bridged, openBridge } from '../studio/bridge/support.ts';
import { ask } from '../support/studio.ts';
import { openTools } from '../tools/support.ts';

const { model } = DIALECTS.xai;
const create = (parameters: { model?: string; seconds?: string; extra?: Record<string, unknown> }) =>
  ({ operation: 'create', parameters: { prompt: 'A boat', seconds: '4', ...parameters } }) as const;

const clientOf = ({ studio }: Bridged, options: object = {}) =>
  openTools({ baseUrl: studio.baseUrl, server: 'studio', ...options });

test('in the embedded studio only the clips of its own engine cost nothing', async () => {
  await using tools = await openTools({ studioModels: { 'sora-2': 'google/veo-3.1' } });
  const { profile } = await tools.runtime.api();
  const free = ['animatic', 'sora-2-pro', 'sora-2-pro-2025-10-06'];
  for (const name of free) assert.ok(isFreeClip(profile, name), name);
  for (const name of ['sora-2', 'sora-2-2025-12-08', model, 'unknown']) assert.ok(!isFreeClip(profile, name), name);
  assert.ok(isFreeClip(profile));
  assert.ok(!costsNothing({ request: create({ extra: { model } }) }, profile));
});

test('of a studio elsewhere nobody knows where the old names lead', async () => {
  await using bridged = await openBridge(DIALECTS.xai);
  await using client = await clientOf(bridged);
  const { profile } = await client.runtime.api();
  assert.deepEqual(
    [undefined, 'animatic', 'sora-2', model].map((name) => isFreeClip(profile, name)),
    [true, true, false, false],
  );
});

test('a clip that costs is counted, capped and asked about, a preview is not', async () => {
  await using tools = await openTools({ approveAboveUsd: 1, prices: { [model]: 0.5 } });
  const wish = (request: ReturnType<typeof create>) => intend({ request, goal: 'job' }, tools.runtime, {});
  await assert.rejects(wish(create({ model })), { code: 'not_approved' });
  assert.ok((await wish(create({ model, seconds: '2' }))).isNew);
  assert.ok((await wish(create({}))).isNew);
  const ledger = await tools.runtime.ledger();
  assert.partialDeepStrictEqual(await ledger.spending(false), { usd: 1, seconds: 2, jobs: 1 });
  assert.partialDeepStrictEqual(await ledger.spending(true), { seconds: 4, jobs: 1 });
});

test('without a budget there is one for clips that cost', async () => {
  await using tools = await openTools({});
  for (let take = 1; take <= 6; take++) {
    const wish = (request: ReturnType<typeof create>) =>
      intend({ request, goal: 'job', variation: take }, tools.runtime, {});
    assert.ok((await wish(create({ seconds: '60' }))).isNew, 'a preview');
    if (take <= 5) assert.ok((await wish(create({ model, seconds: '60' }))).isNew);
    else await assert.rejects(wish(create({ model, seconds: '60' })), { code: 'over_budget' });
  }
});

test('a clip that cost is not made anew when its job is gone, a preview is', async () => {
  await using bridged = await openBridge(DIALECTS.xai);
  await using client = await clientOf(bridged);
  const { workspace, state } = client.runtime.config;
  // As another program sees it, which made none of the jobs itself.
  await using another = await clientOf(bridged, { workspace, state });
  const ledger = await another.runtime.ledger();
  for (const [parameters, attempts] of [
    [{ model }, 1],
    [{}, 2],
  ] as const) {
    const { data } = await client.call('video_create', { prompt: 'A boat', ...parameters });
    const { id = '', key = '' } = data.jobs?.[0] ?? {};
    assert.equal((await ask(`${bridged.studio.baseUrl}/videos/${id}`, 'DELETE')).status, 200);
    const error = { code: 'not_found', message: 'It is not there.' };
    await ledger.move((await ledger.get(key)) ?? assert.fail(), 'gone', { error });
    const { clip, isSettled } = await advance(key, another.runtime, { limitMs: 1_000, stop: undefined });
    assert.deepEqual([clip.attempt, isSettled], [attempts, attempts === 1]);
  }
});

test('a clip that was refused before it was taken gives its price back', async () => {
  await using bridged = await openBridge(DIALECTS.xai);
  await using client = await clientOf(bridged);
  const ledger = await client.runtime.ledger();
  for (const [prompt, jobs] of [
    ['[refused]', 0],
    ['[fails]', 1],
  ] as const) {
    const { data } = await client.call('video_create', { prompt, model, seconds: '4' });
    await client.call('video_wait', { ids: [data.jobs?.[0]?.key ?? ''] });
    assert.equal((await ledger.spending(false)).jobs, jobs, prompt);
  }
});
