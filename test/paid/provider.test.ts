import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Video } from '../../types/video.ts';
import { openApi } from '../support/api.ts';
import { failure } from '../support/failure.ts';
import { until } from '../support/studio.ts';
import { startProvider } from './provider.ts';
import { openProvider } from './providerClient.ts';

const post = (baseUrl: string, prompt: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(`${baseUrl}/videos`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ prompt }),
    ...(signal && { signal }),
  });

test('a client makes a clip on a server in a process of its own, and it is on the books', async () => {
  await using provider = await openProvider({ jobMs: 50, contentMs: 10, bodyMs: 10 });
  await using client = await openApi(provider.baseUrl);
  const { id } = await client.api.create({ prompt: 'A boat', seconds: '8' });
  const [job] = (await client.api.wait([id])).videos;
  assert.deepEqual([job?.status, job?.seconds], ['completed', '8']);
  const { bytes, sha256 } = await client.api.download(id);
  const { creates, jobs } = await provider.books();
  assert.equal(creates, 1);
  assert.deepEqual(
    jobs.map(({ acceptedAt: _, ...paid }) => paid),
    [{ id, prompt: 'A boat', bytes, sha256 }],
  );
  assert.ok(await client.api.delete(id));
  assert.deepEqual((await client.api.list()).data, []);
});

test('a create is paid for although its answer is lost, fails, is held, or nobody is there any more', async () => {
  await using provider = await startProvider({ acceptMs: 30 });
  await using client = await openApi(provider.baseUrl);
  assert.equal((await failure(client.api.create({ prompt: 'Boat [lost]' }))).report().submitted, 'unknown');
  assert.equal((await failure(client.api.create({ prompt: 'Boat [5xx]' }))).report().submitted, 'unknown');
  const held = client.api.create({ prompt: 'Boat [held]' });
  await until(async () => (await provider.paid('Boat [held]')).length === 1);
  await provider.release();
  assert.equal((await held).prompt, 'Boat [held]');
  await assert.rejects(post(provider.baseUrl, 'Boat left', {}, AbortSignal.timeout(20)));
  await until(async () => (await provider.paid('Boat left')).length === 1);
  assert.equal((await client.api.create({ prompt: 'Boat [lost]' })).status, 'completed', 'only the first is lost');
  assert.equal((await provider.paid('Boat [lost]')).length, 2);
});

test('a create that is refused is not paid for, and a key that was seen before pays for nothing', async () => {
  await using provider = await startProvider({ takesKeys: true });
  assert.deepEqual(
    [(await post(provider.baseUrl, '[429=2]')).status, (await post(provider.baseUrl, '[429=2]')).status],
    [429, 429],
  );
  assert.deepEqual(await provider.books(), { creates: 2, jobs: [] });
  for (const key of ['a', 'a', 'b']) await post(provider.baseUrl, 'Boat', { 'idempotency-key': key });
  assert.equal((await provider.paid('Boat')).length, 2);
});

test('the list lags, withholds prompts, is cut into pages, or is not there; its clock is its own', async () => {
  await using provider = await startProvider({ lagMs: 600_000, clockAheadMs: 300_000 });
  await using client = await openApi(provider.baseUrl);
  const ids = [];
  for (const prompt of ['A', 'B', 'C']) ids.unshift((await client.api.create({ prompt })).id);
  assert.deepEqual((await client.api.list()).data, []);
  await provider.set({ lagMs: 0 });
  assert.equal((await client.api.list()).data.length, 3);
  const all: Video[] = [];
  for await (const job of client.api.listAll({ limit: 2 })) all.push(job);
  assert.deepEqual(
    all.map(({ id }) => id),
    ids,
  );
  const answer = await fetch(`${provider.baseUrl}/videos/${ids[0]}`);
  const ahead = (milliseconds: number) => Math.round((milliseconds - Date.now()) / 60_000);
  assert.equal(ahead(Date.parse(answer.headers.get('date') ?? '')), 5);
  assert.equal(ahead((all[0]?.created_at ?? 0) * 1_000), 5);
  await provider.set({ list: 'no prompts' });
  assert.equal((await client.api.list()).data[0]?.prompt, undefined);
  await provider.set({ list: 'missing' });
  await failure(client.api.list());
});

test('what befalls the next creates can be set, and what befalls all after them', async () => {
  await using provider = await startProvider({ next: ['429', 'nothing'], every: 'moderated' });
  const statuses = [];
  for (const prompt of ['A', 'B', 'C', 'D']) statuses.push((await post(provider.baseUrl, prompt)).status);
  assert.deepEqual(statuses, [429, 200, 400, 400]);
  assert.deepEqual(
    (await provider.books()).jobs.map(({ prompt }) => prompt),
    ['B'],
  );
});

test('what is made of a clip has its shape and what is added; what is missing is not made', async () => {
  await using provider = await startProvider({ missing: ['edit'] });
  await using client = await openApi(provider.baseUrl);
  const { id } = await client.api.create({ prompt: 'A boat', seconds: '8', size: '1280x720' });
  await client.api.remix(id, { prompt: 'At night' });
  await client.api.extend({ video: { id }, prompt: 'It sinks', seconds: '4' });
  await failure(client.api.edit({ video: { id }, prompt: 'Blue' }));
  const shapes = (await provider.orders()).map(({ operation, seconds, size }) => `${operation} ${seconds} ${size}`);
  assert.deepEqual(shapes, ['create 8 1280x720', 'remix 8 1280x720', 'extend 12 1280x720']);
});

test('a job can fail, and can be forgotten', async () => {
  await using provider = await startProvider();
  await using client = await openApi(provider.baseUrl);
  const { id } = await client.api.create({ prompt: '[fails]' });
  assert.equal((await client.api.retrieve(id)).status, 'failed');
  await provider.forget(id);
  assert.equal((await fetch(`${provider.baseUrl}/videos/${id}`)).status, 404);
  assert.equal((await provider.paid('[fails]')).length, 1, 'it stays on the books');
});
