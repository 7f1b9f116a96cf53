import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  experimental_generateVideo as generateVideo,
  experimental_getVideoStatus as getVideoStatus,
  experimental_startVideo as startVideo,
} from 'ai';
import { startProvider } from '../paid/provider.ts';
import { until } from '../support/studio.ts';
import { factsOf, failureOf, openModel, sha256 } from './videoModel.ts';

const KEYED = (key: string) => ({ headers: { 'Idempotency-Key': key } });
/** Times as short as a test can bear on a busy machine. */
const QUICK = { sendDeadlineMs: 600, requestTimeoutMs: 1_200, quarantineMs: 1_900 };
/** What is to be known of a server whose list can be relied on. */
const LISTED = { profile: { defaultSeconds: 4, listEchoesPrompt: true, listComplete: true, listLagMs: 100 } };
/** A clip of four seconds costs 40 cents. */
const PRICED = { model: 'painter-1', prices: { 'painter-1': 0.1 }, approveAboveUsd: 0.2 };

function wentWell(): never {
  assert.fail('it went well');
}

for (const fate of ['[lost]', '[5xx]']) {
  test(`a create whose answer is lost ${fate} is paid for once, and its clip found`, async () => {
    await using provider = await startProvider();
    await using place = await openModel({ baseUrl: provider.baseUrl, ...QUICK, ...LISTED });
    const { model } = place;
    const { video } = await generateVideo({ model, prompt: `A boat ${fate}`, maxRetries: 2 });
    const { creates, jobs } = await provider.books();
    assert.deepEqual([creates, jobs.length], [1, 1]);
    assert.equal(sha256(video.uint8Array), jobs[0]?.sha256);
  });

  test(`a start whose answer is lost ${fate} is an operation like every other`, async () => {
    await using provider = await startProvider();
    await using place = await openModel({ baseUrl: provider.baseUrl, ...QUICK, ...LISTED });
    const { model } = place;
    const { operation } = await startVideo({ model, prompt: `A boat ${fate}` });
    await until(async () => (await getVideoStatus(model, { operation })).status === 'completed');
    assert.equal((await provider.books()).creates, 1);
  });
}

test('where nobody can tell what became of a create, the SDK sends no second one, and a person decides', async () => {
  await using provider = await startProvider({ list: 'missing' });
  await using place = await openModel({ baseUrl: provider.baseUrl, ...QUICK });
  const { model } = place;
  const { message, report } = await failureOf(generateVideo({ model, prompt: 'A boat [5xx=9]', maxRetries: 5 }));
  assert.deepEqual([report.code, report.submitted, report.billed], ['outcome_unknown', 'unknown', 'unknown']);
  assert.match(message, /A person decides.* video-toolset ledger clip-/);
  const { operation } = await startVideo({ model, prompt: 'A tram [lost=9]', maxRetries: 5 });
  await until(async () => (await getVideoStatus(model, { operation })).status === 'error');
  const status = await getVideoStatus(model, { operation });
  assert.match(status.status === 'error' ? status.error : '', /A person decides/);
  assert.equal((await provider.books()).creates, 2);
});

test('a call makes a clip of its own, and one with the same idempotency key finds it, at once or later', async () => {
  await using provider = await startProvider({ answerMs: 30 });
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const { model } = place;
  const made = async (options: object = {}, by = model) =>
    factsOf(await generateVideo({ model: by, prompt: 'A boat', ...options })).job;
  const two = await generateVideo({ model, prompt: 'A boat', n: 2 });
  assert.equal(new Set(two.videos.map(({ uint8Array }) => sha256(uint8Array))).size, 2);
  assert.notEqual(await made(), await made());
  assert.equal((await provider.books()).creates, 4);

  const [first, second] = await Promise.all([made(KEYED('order 7')), made(KEYED('order 7'))]);
  assert.equal(second, first);
  assert.equal(await made(KEYED('order 7'), place.another()), first);
  assert.notEqual(await made(KEYED('order 8')), first);
  assert.notEqual(await made({ ...KEYED('order 7'), prompt: 'A tram' }), first);
  assert.equal((await provider.books()).creates, 7);
});

test("what the SDK's start is retried with finds the same clip", async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const { doStart } = place.model;
  let starts = 0;
  const model = {
    ...place.model,
    // As a proxy between the SDK and the model that loses its first answer.
    async doStart(options: Parameters<typeof doStart>[0]) {
      const started = await doStart(options);
      if (++starts > 1) return started;
      const { APICallError } = await import('ai');
      throw new APICallError({ message: 'lost', url: '', requestBodyValues: {}, isRetryable: true });
    },
  };
  await startVideo({ model, prompt: 'A boat' });
  assert.deepEqual([starts, (await provider.books()).creates], [2, 1]);
});

test('what is over budget is not sent', async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl, budgetSeconds: 6 });
  const { model } = place;
  await generateVideo({ model, prompt: 'A boat', duration: 4 });
  const { message, report } = await failureOf(generateVideo({ model, prompt: 'A boat', duration: 4 }));
  assert.deepEqual([report.code, report.submitted, report.billed], ['over_budget', 'no', 'no']);
  assert.match(message, /2 seconds are left/);
  assert.equal((await provider.books()).creates, 1);
});

test('a price above the limit is put before a person, and is not paid without a yes', async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl, ...PRICED });
  const prompt = 'A boat';
  const { report } = await failureOf(generateVideo({ model: place.model, prompt }));
  assert.deepEqual([report.code, report.submitted], ['not_approved', 'no']);
  const questions: string[] = [];
  const approve = async ({ question }: { question: string }) => questions.push(question) > 1;
  const asking = place.another({ approve });
  assert.equal((await failureOf(generateVideo({ model: asking, prompt }))).report.code, 'not_approved');
  await generateVideo({ model: asking, prompt });
  assert.equal(questions[1], 'Make a clip of 4 seconds for about $0.40: "A boat"?');
  assert.equal((await provider.books()).creates, 1);
});

test('a job that fails is told with its reason, and is not made again', async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const { model } = place;
  const prompt = 'A boat [fails]';
  const { message, report } = await failureOf(generateVideo({ model, prompt, maxRetries: 3 }));
  assert.deepEqual([report.code, report.submitted, report.billed], ['job_failed', 'yes', 'unknown']);
  assert.match(message, /The GPU ran out of memory/);
  const { operation } = await startVideo({ model, prompt });
  const status = await getVideoStatus(model, { operation });
  assert.match(status.status === 'error' ? status.error : '', /The GPU ran out of memory/);
  assert.equal((await provider.books()).creates, 2);
});

test('a call that is stopped while it waits leaves its job alone and says how to go on with it', async () => {
  await using provider = await startProvider({ jobMs: 600_000 });
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const { model } = place;
  const stop = new AbortController();
  const call = generateVideo({ model, prompt: 'A boat', abortSignal: stop.signal });
  await until(async () => (await provider.books()).jobs.length === 1);
  stop.abort(new Error('the user left'));
  const error: Error = await call.then(wentWell, (reason) => reason);
  assert.equal(error.name, 'AbortError');
  const [job] = (await provider.set({ jobMs: 0 })).jobs;
  assert.ok(job && error.message.includes(`The job ${job.id} still runs on its server and costs`), error.message);
  const [, json = ''] = /Go on with experimental_getVideoStatus and the operation (\{.*\})\./.exec(error.message) ?? [];
  const done = await getVideoStatus(model, { operation: JSON.parse(json) });
  assert.deepEqual([done.status, factsOf(done).sha256], ['completed', job.sha256]);
  assert.equal((await provider.books()).creates, 1);
});

for (const [when, settings] of [
  ['before its request', {}],
  ['while its request is answered', { answerMs: 200 }],
] as const) {
  test(`a call that is stopped ${when} says what was sent`, async () => {
    await using provider = await startProvider(settings);
    await using place = await openModel({ baseUrl: provider.baseUrl });
    const stop = new AbortController();
    if (when === 'before its request') stop.abort();
    const call = startVideo({ model: place.model, prompt: 'A boat', abortSignal: stop.signal });
    const error = call.then(wentWell, (reason) => reason);
    if (when !== 'before its request') await until(async () => (await provider.books()).creates === 1);
    stop.abort();
    const { name, data } = await error;
    assert.deepEqual([name, data?.submitted], ['AbortError', when === 'before its request' ? 'no' : 'yes']);
    assert.equal((await provider.books()).creates, when === 'before its request' ? 0 : 1);
  });
}

test('a clip that takes longer than may be waited is not lost', async () => {
  await using provider = await startProvider({ jobMs: 600_000 });
  await using place = await openModel({ baseUrl: provider.baseUrl, waitLimitMs: 100 });
  const { model } = place;
  const { message, report } = await failureOf(generateVideo({ model, prompt: 'A boat', ...KEYED('a') }));
  const [job] = (await provider.set({ jobMs: 0 })).jobs;
  assert.deepEqual([report.code, report.submitted, report.job_id], ['not_ready', 'yes', job?.id]);
  assert.match(message, /is not lost, and is not paid for again\. Go on with experimental_getVideoStatus/);
  const { video } = await generateVideo({ model, prompt: 'A boat', ...KEYED('a') });
  assert.equal(sha256(video.uint8Array), job?.sha256);
  assert.equal((await provider.books()).creates, 1);
});
