import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { ApiError } from '../../lib/errors.ts';
import { createLog } from '../../lib/log.ts';
import { openApi } from '../support/api.ts';
import { failure } from '../support/failure.ts';
import { KEY } from '../support/key.ts';
import { answerJson, listen } from '../support/server.ts';

/** An address nobody listens at. */
async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1`;
}

test('key, headers and query go out with every request, and the key in no other place', async () => {
  await using server = await listen((_, response) => answerJson(response, { id: 'v', data: [], status: 'queued' }));
  const options = { apiKey: KEY, headers: { 'X-Team': 'red' }, query: { 'api-version': 'preview' }, model: 'wan' };
  await using client = await openApi(server.baseUrl, options);
  await client.api.create({ prompt: 'a boat' });
  await client.api.list({ limit: 5, after: 'a&b' });
  for (const { url, headers, body } of server.received) {
    assert.equal(headers.authorization, `Bearer ${KEY}`);
    assert.equal(headers['x-team'], 'red');
    assert.match(url, /[?&]api-version=preview/);
    const { authorization, ...others } = headers;
    assert.doesNotMatch(JSON.stringify([url, others, body.toString()]), /hunter2/);
  }
  assert.deepEqual(
    server.received.map(({ method, url }) => `${method} ${url}`),
    ['POST /v1/videos?api-version=preview', 'GET /v1/videos?api-version=preview&limit=5&after=a%26b'],
  );
});

test('without a key no authorization is sent, and a header of the user takes the place of the key', async () => {
  await using server = await listen((_, response) => answerJson(response, { data: [] }));
  await using keyless = await openApi(server.baseUrl);
  await keyless.api.list();
  await using own = await openApi(server.baseUrl, { apiKey: KEY, headers: { Authorization: 'Token t' } });
  await own.api.list();
  assert.deepEqual(
    server.received.map(({ headers }) => headers.authorization),
    [undefined, 'Token t'],
  );
});

test('the status of a refusal becomes a code, and the words of the server are passed on', async () => {
  const codes = {
    400: 'bad_request',
    401: 'unauthorized',
    403: 'unauthorized',
    404: 'not_found',
    405: 'unsupported',
    409: 'bad_request',
    422: 'bad_request',
    429: 'rate_limited',
    500: 'server_error',
    501: 'unsupported',
    503: 'server_error',
    302: 'invalid_response',
  };
  await using server = await listen(({ url }, response) => {
    const status = Number(url.split('/').at(-1));
    answerJson(response, { error: { message: 'as it is', code: 'c', param: 'p', type: 't' } }, status, {
      'x-request-id': 'req_1',
    });
  });
  await using client = await openApi(server.baseUrl);
  for (const [status, code] of Object.entries(codes)) {
    const error = await failure(client.api.retrieve(status));
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.code, error.status], [code, Number(status)]);
    assert.deepEqual(error.detail, { code: 'c', param: 'p', type: 't', request_id: 'req_1' });
    assert.match(error.message, new RegExp(`GET /videos/${status} .*HTTP ${status}: "as it is.*req_1`));
  }
});

test('a refusal by moderation is told apart', async () => {
  await using server = await listen((_, response) =>
    answerJson(response, { error: { message: 'no', code: 'moderation_blocked' } }, 400),
  );
  await using client = await openApi(server.baseUrl);
  const { code, facts } = await failure(client.api.create({ prompt: 'x' }));
  assert.deepEqual([code, facts.submitted ?? 'no'], ['moderation_blocked', 'no']);
});

test('a key that the server repeats does not reach a message or the log', async () => {
  const lines: string[] = [];
  await using server = await listen((_, response) =>
    answerJson(
      response,
      { error: { message: `Incorrect API key provided: ${KEY}; header abc-signed`, param: KEY } },
      401,
    ),
  );
  const log = createLog({ enabled: true, write: (line) => lines.push(line) });
  await using client = await openApi(server.baseUrl, { apiKey: KEY, headers: { 'x-auth': 'abc-signed' }, log });
  const error = await failure(client.api.list());
  assert.equal(error.code, 'unauthorized');
  assert.doesNotMatch(JSON.stringify([error.message, error, lines, error.report()]), /hunter2|abc-signed/);
});

test('pages, empty answers and broken JSON are named as such', async () => {
  await using server = await listen(({ url }, response) => {
    if (url.endsWith('html')) response.setHeader('content-type', 'text/html').end('<h1>Hello</h1>');
    else if (url.endsWith('broken')) response.end('{"id":');
    else if (url.endsWith('gateway')) response.writeHead(502).end('<html><h1>Bad Gateway</h1></html>');
    else response.end();
  });
  await using client = await openApi(server.baseUrl);
  const { api } = client;
  assert.equal((await failure(api.retrieve('html'))).code, 'invalid_response');
  assert.equal((await failure(api.retrieve('broken'))).code, 'invalid_response');
  assert.equal((await failure(api.list())).code, 'invalid_response');
  assert.equal(await api.delete('empty'), true);
  const gateway = await failure(api.retrieve('gateway'));
  assert.match(gateway.message, /HTTP 502: "Bad Gateway/);
  assert.equal(gateway.facts.retryable, true);
});

test('a body without end is not read to its end', async () => {
  await using server = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const write = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', write);
    };
    write();
  });
  await using client = await openApi(server.baseUrl);
  assert.match((await failure(client.api.retrieve('v'))).message, /more than 16 MiB/);
  assert.equal((await failure(client.api.create({ prompt: 'x' }))).code, 'outcome_unknown');
});

test('a server that refuses the connection got nothing, and the same call may be made again', async () => {
  await using client = await openApi(await closedAddress(), { apiKey: KEY });
  for (const call of [() => client.api.create({ prompt: 'x' }), () => client.api.list()]) {
    const error = await failure(call());
    assert.equal(error.code, 'server_unreachable');
    const { submitted, billed, retryable, next_step } = error.report();
    assert.deepEqual([submitted, billed, retryable], ['no', 'no', true]);
    assert.match(next_step ?? '', /VIDEO_BASE_URL/);
  }
});

test('a create whose answer is lost, broken or a failure of the server is sent once and its outcome is unknown', async () => {
  const answers: Parameters<typeof listen>[0][] = [
    (_, response) => response.destroy(),
    (_, response) => response.writeHead(200, { 'content-length': 100 }).write('{"id":', () => response.destroy()),
    (_, response) => answerJson(response, { error: { message: 'broke' } }, 500),
    (_, response) => answerJson(response, {}, 503, { 'retry-after': '0' }),
    (_, response) => answerJson(response, {}, 408),
    (_, response) => response.end('<html>'),
    (_, response) => answerJson(response, { status: 'queued' }),
    (_, response) => response.end(),
  ];
  for (const answer of answers) {
    await using server = await listen(answer);
    await using client = await openApi(server.baseUrl);
    const error = await failure(client.api.create({ prompt: 'x' }));
    assert.equal(error.code, 'outcome_unknown', String(answer));
    const { submitted, billed, retryable, next_step } = error.report();
    assert.deepEqual([submitted, billed, retryable], ['unknown', 'unknown', false]);
    assert.match(next_step ?? '', /video_list/);
    assert.equal(server.received.length, 1, String(answer));
  }
});

test('a create that is not answered in time is given up and its outcome is unknown', async () => {
  await using server = await listen(() => undefined);
  await using client = await openApi(server.baseUrl, { requestTimeoutMs: 100 });
  const error = await failure(client.api.create({ prompt: 'x' }));
  assert.deepEqual([error.code, server.received.length], ['outcome_unknown', 1]);
  const reading = await failure(client.api.retrieve('v'));
  assert.deepEqual([reading.code, reading.facts.retryable], ['server_error', true]);
});

test('every call that makes a job is as careful as a create', async () => {
  await using server = await listen((_, response) => response.destroy());
  await using client = await openApi(server.baseUrl);
  const { api } = client;
  const video = new Blob(['x']);
  const calls = [
    () => api.remix('v', { prompt: 'x' }),
    () => api.edit({ video: { id: 'v' }, prompt: 'x' }),
    () => api.extend({ video: { id: 'v' }, prompt: 'x', seconds: '4' }),
    () => api.createCharacter({ video, name: 'Ann' }),
  ];
  for (const call of calls) assert.equal((await failure(call())).code, 'outcome_unknown');
  assert.equal(server.received.length, calls.length);
});

test('a definite refusal of a create says that nothing was spent', async () => {
  for (const status of [400, 401, 404, 422]) {
    await using server = await listen((_, response) => answerJson(response, { detail: 'no' }, status));
    await using client = await openApi(server.baseUrl);
    const { submitted, billed } = (await failure(client.api.create({ prompt: 'x' }))).report();
    assert.deepEqual([submitted, billed, server.received.length], ['no', 'no', 1]);
  }
});

test('a call that is stopped before it starts sends nothing; a create stopped on its way is an open question', async () => {
  const abort = new AbortController();
  await using server = await listen(() => abort.abort());
  await using client = await openApi(server.baseUrl);
  assert.equal((await failure(client.api.create({ prompt: 'x' }, { signal: AbortSignal.abort() }))).code, 'aborted');
  assert.equal(server.received.length, 0);
  const stopped = await failure(client.api.create({ prompt: 'x' }, { signal: abort.signal }));
  assert.deepEqual([stopped.code, stopped.facts.submitted], ['outcome_unknown', 'unknown']);
});

test('a reading call that is stopped says so', async () => {
  const abort = new AbortController();
  await using server = await listen(() => abort.abort());
  await using client = await openApi(server.baseUrl);
  assert.equal((await failure(client.api.retrieve('v', { signal: abort.signal }))).code, 'aborted');
});

test('a key that a server repeats in a job is masked, too', async () => {
  const error = { code: 'upstream', message: 'refused: Bearer key-1234567890' };
  await using server = await listen((_, response) => answerJson(response, { id: 'v', status: 'failed', error }));
  await using client = await openApi(server.baseUrl, { apiKey: 'key-1234567890' });
  assert.doesNotMatch(JSON.stringify(await client.api.retrieve('v')), /1234567890/);
});
