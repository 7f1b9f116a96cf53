import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProvider } from '../paid/provider.ts';
import { until } from '../support/studio.ts';
import { openTools } from '../tools/support.ts';

const BOAT = { prompt: 'A boat [held]', seconds: 4 };
/** Longer than an answer is waited for where everything ends. */
const AFTER_THE_LAST_WORD_MS = 3_300;

for (const tool of ['video_create', 'video_produce']) {
  test(`${tool} that is given up while it is sent hears its answer, where its host lives on`, async () => {
    await using provider = await startProvider();
    await using tools = await openTools({ baseUrl: provider.baseUrl });
    const call = new AbortController();
    const lifetime = new AbortController();
    const context = { session: 's', lifetime: lifetime.signal };
    const givenUp = tools.call(tool, BOAT, { ...context, signal: call.signal });
    await until(async () => (await provider.books()).creates === 1);
    call.abort();
    await sleep(AFTER_THE_LAST_WORD_MS);
    const { jobs } = await provider.release();
    await givenUp;
    const [clip] = await (await tools.runtime.ledger()).list();
    assert.deepEqual([clip?.state, clip?.jobId], ['known', jobs[0]?.id]);
    const again = await tools.call(tool, BOAT, context);
    assert.equal(again.data.jobs?.[0]?.id, jobs[0]?.id, again.summary);
    assert.equal((await provider.books()).creates, 1);
  });
}

test('where the host ends, the answer of a call that was given up before is worth a moment only', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const call = new AbortController();
  const lifetime = new AbortController();
  const givenUp = tools.call('video_create', BOAT, { signal: call.signal, lifetime: lifetime.signal });
  await until(async () => (await provider.books()).creates === 1);
  call.abort();
  lifetime.abort();
  assert.equal((await givenUp).data.error?.code, 'outcome_unknown');
  await provider.release();
});

test('bytes on their way are broken off by the limit, but not where the host lives on', async () => {
  await using provider = await startProvider({ contentMs: 2_500 });
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const made = await tools.call('video_create', { prompt: 'A boat', seconds: 4 });
  const call = { key: made.data.jobs?.[0]?.key };
  const cut = await tools.call('video_produce', call, { waitLimitMs: 1_000 });
  assert.match(cut.summary, /is not finished yet/);
  const lifetime = new AbortController().signal;
  await provider.set({ contentMs: 2_500 });
  const whole = await tools.call('video_produce', call, { waitLimitMs: 1_000, lifetime });
  assert.match(whole.summary, /^Published at/);
});

test('the time that a create takes is taken off the time to wait', async () => {
  await using provider = await startProvider({ jobMs: 600_000 });
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  let polls = 0;
  const count = (message: unknown) => {
    if (/\/videos\/video_\w+$/.test(Object(message).request.url)) polls++;
  };
  subscribe('http.server.request.start', count);
  const waitLimitMs = 400;
  const produced = tools.call('video_produce', BOAT, { waitLimitMs });
  await until(async () => (await provider.books()).creates === 1);
  await sleep(waitLimitMs);
  await provider.release();
  assert.match((await produced).summary, /is not finished yet/);
  unsubscribe('http.server.request.start', count);
  assert.ok(polls <= 1, `${polls} polls`);
});
