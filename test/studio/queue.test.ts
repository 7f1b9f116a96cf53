import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openApi } from '../support/api.ts';
import { KEY } from '../support/key.ts';
import { picture } from '../support/media.ts';
import { ask, createJob, field, openStudio, reaches, revisingEngine, testEngine, until } from '../support/studio.ts';

const OTHER = 'another-token-only-for-tests';

/** Renders wait until the gate is opened; the order in which they started is kept. */
function gated() {
  const gate = Promise.withResolvers<void>();
  const order: number[] = [];
  const engine = testEngine(async ({ recipe }) => {
    order.push(recipe.seed);
    await gate.promise;
  });
  return { engine, order, open: gate.resolve };
}

async function createAs(baseUrl: string, token: string, seed: number): Promise<number> {
  const response = await fetch(`${baseUrl}/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'a boat', seed }),
  });
  await response.arrayBuffer();
  return response.status;
}

test('a full queue refuses with the time to come back, stores nothing, and takes jobs again when there is room', async () => {
  const { engine, open } = gated();
  await using studio = await openStudio({ engine, concurrency: 1, limits: { queuedJobs: 3 } });
  const first = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, first, 'in_progress');
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => ask(`${studio.baseUrl}/videos`, 'POST', { prompt: 'a boat' })),
  );
  const refused = answers.filter(({ status }) => status === 429);
  assert.equal(refused.length, 17);
  for (const { body, headers } of refused) {
    assert.partialDeepStrictEqual(body, { error: { type: 'rate_limit_error', code: 'queue_full' } });
    assert.match(headers.get('retry-after') ?? '', /^\d+$/);
    assert.match(headers.get('x-request-id') ?? '', /^req_/);
  }
  const image_url = `data:image/png;base64,${picture('image/png').toString('base64')}`;
  const withImage = await ask(`${studio.baseUrl}/videos`, 'POST', { prompt: 'x', input_reference: { image_url } });
  assert.equal(withImage.status, 429);
  const { data } = Object((await ask(`${studio.baseUrl}/videos`)).body);
  assert.equal(data.length, 4);
  const folders = path.join(studio.state, 'studio', 'jobs');
  assert.deepEqual(await readdir(folders), [first]);
  assert.ok(!existsSync(path.join(studio.state, 'studio', 'uploads')));
  open();
  await until(async () => (await ask(`${studio.baseUrl}/videos`, 'POST', { prompt: 'a boat' })).status === 200);
});

test('remixes, edits and extensions find a full queue, too', async () => {
  const gate = Promise.withResolvers<void>();
  const engine = revisingEngine(({ recipe }) => (recipe.seed === 1 ? undefined : gate.promise));
  await using studio = await openStudio({ engine, concurrency: 1, limits: { queuedJobs: 1 } });
  const id = await createJob(studio.baseUrl, { seed: 1 });
  await reaches(studio.baseUrl, id, 'completed');
  await reaches(studio.baseUrl, await createJob(studio.baseUrl, { seed: 2 }), 'in_progress');
  await createJob(studio.baseUrl, { seed: 3 });
  for (const [route, body] of [
    [`${id}/remix`, { prompt: 'x' }],
    ['edits', { prompt: 'x', video: { id } }],
    ['extensions', { prompt: 'x', video: { id }, seconds: '4' }],
  ] as const)
    assert.equal((await ask(`${studio.baseUrl}/videos/${route}`, 'POST', body)).status, 429, route);
  gate.resolve();
});

test('our client takes a full queue for a definite refusal: nothing was submitted, and the call may be made again', async () => {
  const { engine, open } = gated();
  await using studio = await openStudio({ engine, concurrency: 1, limits: { queuedJobs: 1 } });
  await reaches(studio.baseUrl, await createJob(studio.baseUrl), 'in_progress');
  await createJob(studio.baseUrl);
  await using client = await openApi(studio.baseUrl, { server: 'studio' });
  const error = await client.api.create({ prompt: 'a boat' }).catch((reason) => reason.report());
  assert.partialDeepStrictEqual(error, { code: 'rate_limited', submitted: 'no', billed: 'no', retryable: true });
  open();
});

test('callers take turns, however many jobs one of them has sent before', async () => {
  const { engine, order, open } = gated();
  const tokens = [KEY, OTHER];
  await using studio = await openStudio({ engine, concurrency: 1, tokens });
  for (let seed = 1; seed <= 5; seed++) assert.equal(await createAs(studio.baseUrl, KEY, seed), 200);
  for (let seed = 11; seed <= 13; seed++) assert.equal(await createAs(studio.baseUrl, OTHER, seed), 200);
  await until(() => order.length === 1);
  open();
  await until(() => order.length === 8);
  assert.deepEqual(order, [1, 11, 2, 12, 3, 13, 4, 5]);
});

test('each token has its own part of the queue', async () => {
  const { engine, order, open } = gated();
  await using studio = await openStudio({
    ...{ engine, concurrency: 1, tokens: [KEY, OTHER], limits: { queuedJobs: 6 } },
  });
  assert.equal(await createAs(studio.baseUrl, KEY, 1), 200);
  await until(() => order.length === 1);
  const greedy = [];
  for (let seed = 2; seed < 10; seed++) greedy.push(await createAs(studio.baseUrl, KEY, seed));
  assert.deepEqual(greedy, [200, 200, 200, 429, 429, 429, 429, 429]);
  for (let seed = 11; seed <= 13; seed++) assert.equal(await createAs(studio.baseUrl, OTHER, seed), 200);
  assert.equal(await createAs(studio.baseUrl, OTHER, 14), 429);
  open();
});

test('images that wait with their jobs may have no more than the quota', async () => {
  const { engine, open } = gated();
  await using studio = await openStudio({ engine, concurrency: 1, quotaBytes: 1_000 });
  await reaches(studio.baseUrl, await createJob(studio.baseUrl), 'in_progress');
  const image_url = `data:image/png;base64,${picture('image/png', 600, 600).toString('base64')}`;
  const create = () => ask(`${studio.baseUrl}/videos`, 'POST', { prompt: 'x', input_reference: { image_url } });
  const first = await create();
  assert.equal(first.status, 200);
  assert.equal((await create()).status, 429);
  await ask(`${studio.baseUrl}/videos/${field(first.body, 'id')}`, 'DELETE');
  assert.equal((await create()).status, 200);
  open();
});
