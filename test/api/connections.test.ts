import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { openApi } from '../support/api.ts';
import { answerJson, listen } from '../support/server.ts';

const VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
for (const name of VARIABLES) delete process.env[name];

afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const answering = () => listen((_, response) => answerJson(response, { id: 'v', status: 'queued' }));

test('a proxy that the environment names carries every call, those that make jobs included', async () => {
  await using proxy = await answering();
  process.env.HTTP_PROXY = new URL(proxy.baseUrl).origin;
  await using client = await openApi('http://videos.example/v1');
  await client.api.create({ prompt: 'x' });
  await client.api.retrieve('v');
  assert.deepEqual(
    proxy.received.map(({ method, headers }) => `${method} ${headers.host}`),
    ['POST videos.example', 'GET videos.example'],
  );
});

test('a server that NO_PROXY names is called directly', async () => {
  await using proxy = await answering();
  await using server = await answering();
  process.env.HTTP_PROXY = new URL(proxy.baseUrl).origin;
  process.env.NO_PROXY = '127.0.0.1';
  await using client = await openApi(server.baseUrl);
  await client.api.create({ prompt: 'x' });
  await client.api.retrieve('v');
  assert.deepEqual([proxy.received.length, server.received.length], [0, 2]);
});
