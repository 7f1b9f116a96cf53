import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { openApi } from '../support/api.ts';
import { failure } from '../support/failure.ts';
import { answerJson, listen } from '../support/server.ts';

const PAST = '2024-03-01';
const FUTURE = '2999-03-01';

/** Refuses every create, and answers `GET /models` as told. */
async function refusedBy(models: (response: ServerResponse) => void, status = 404, signal?: AbortSignal) {
  await using server = await listen(({ method }, response) =>
    method === 'GET'
      ? models(response)
      : answerJson(response, { error: { message: 'The model sora-9 does not exist' } }, status),
  );
  await using client = await openApi(server.baseUrl, { model: 'sora-9' });
  const error = await failure(client.api.create({ prompt: 'x' }, { signal }));
  const { submitted, billed } = error.report();
  assert.deepEqual([submitted, billed], ['no', 'no']);
  return { error, asked: server.received.map(({ method, url }) => `${method} ${url}`) };
}

const listing = (facts: object) => (response: ServerResponse) =>
  answerJson(response, {
    data: [
      { id: 'other', shutdown_date: PAST },
      { id: 'sora-9', ...facts },
    ],
  });

test('a model that was switched off is told with its day and what to set instead, however the server writes it', async () => {
  const seconds = Date.parse(PAST) / 1_000;
  const ends = [
    { shutdown_date: PAST },
    { shutdown_date: seconds },
    { deprecation_date: PAST },
    { deprecation: { inference: seconds } },
  ];
  for (const end of ends) {
    for (const status of [404, 410, 400]) {
      const { error, asked } = await refusedBy(listing(end), status);
      assert.equal(error.code, 'retired');
      assert.match(error.message, /switched the model sora-9 off on 2024-03-01.*POST \/videos .*does not exist/);
      assert.match(error.facts.next_step ?? '', /VIDEO_MODEL.*VIDEO_BASE_URL/);
      assert.deepEqual(asked, ['POST /v1/videos', 'GET /v1/models']);
    }
  }
});

test('an end to come is announced, and the refusal stays what it was', async () => {
  const { error } = await refusedBy(listing({ shutdown_date: FUTURE }));
  assert.equal(error.code, 'bad_request');
  assert.match(error.message, /announces that it switches the model sora-9 off on 2999-03-01/);
});

test('a list that says nothing, is none, or never comes leaves the refusal as it is, and is asked for once', async () => {
  const answers: ((response: ServerResponse) => void)[] = [
    listing({}),
    listing({ shutdown_date: null }),
    listing({ shutdown_date: 'soon' }),
    (response) => answerJson(response, { data: [{ id: 'sora-8', shutdown_date: PAST }] }),
    (response) => answerJson(response, { error: 'busy' }, 503),
    (response) => response.end('<html>'),
    (response) => response.destroy(),
    () => undefined,
  ];
  for (const models of answers) {
    const { error, asked } = await refusedBy(models);
    assert.equal(error.code, 'bad_request', String(models));
    assert.match(error.message, /^POST \/videos was answered with HTTP 404/);
    assert.equal(asked.length, 2, String(models));
  }
});

test('a stop during the question ends it, and the refusal is still told', async () => {
  const abort = new AbortController();
  const { error } = await refusedBy(() => abort.abort(), 404, abort.signal);
  assert.equal(error.code, 'bad_request');
});

test('what is not about the model asks nothing', async () => {
  for (const status of [401, 422, 500]) {
    await using server = await listen((_, response) => answerJson(response, { error: { message: 'no' } }, status));
    await using client = await openApi(server.baseUrl, { model: 'sora-9' });
    await failure(client.api.create({ prompt: 'x' }));
    assert.equal(server.received.length, 1, String(status));
  }
});
