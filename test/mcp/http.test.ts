import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { isLoopback, namesOf } from '../../lib/hostNames.ts';
import { serveMcpHttp } from '../../lib/mcp/http.ts';
import { openRuntime } from '../../lib/runtime.ts';
import { openCommandLine } from '../cli/support.ts';
import { openStudio, testEngine, until, untilStopped } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { dataOf } from './support.ts';

const TOKEN = 'lantern-harbour-0123456789';
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});

/** fetch() lets nobody write a Host of their own. */
function post(
  url: string,
  headers: Record<string, string>,
  body = INITIALIZE,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const accept = 'application/json, text/event-stream';
    const outgoing = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...headers },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    outgoing.end(body);
  });
}

async function serve(options: { token?: string; host?: string; allowedHosts?: string[] } = {}, baseUrl?: string) {
  const folder = await temporaryFolder();
  const runtime = openRuntime({
    workspace: `${folder.path}/videos`,
    state: `${folder.path}/state`,
    pollIntervalMs: 50,
    ...(baseUrl !== undefined && { baseUrl }),
  });
  const server = await serveMcpHttp(async () => runtime, { port: 0, ...options });
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server.close();
      await runtime.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('a foreign Host or Origin is refused, whatever it asks', async () => {
  await using server = await serve({ allowedHosts: ['clips.example'] });
  for (const headers of [
    { host: 'evil.example' },
    { host: 'localhost.evil.example' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost.evil.example' },
  ]) {
    const { status, body } = await post(server.url, headers);
    assert.equal(status, 403, `${JSON.stringify(headers)}: ${body}`);
  }
  for (const headers of [{}, { host: 'localhost:1' }, { host: 'clips.example' }, { origin: 'http://127.0.0.1:9' }])
    assert.equal((await post(server.url, headers)).status, 200, JSON.stringify(headers));
  assert.equal((await post(server.url.replace('/mcp', '/'), {})).status, 404);
});

test('where a token is set, nobody comes in without it', async () => {
  await using server = await serve({ token: TOKEN });
  for (const authorization of ['', 'Bearer', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`, TOKEN])
    assert.equal((await post(server.url, { authorization })).status, 401, authorization);
  assert.equal((await post(server.url, { authorization: `Bearer ${TOKEN}` })).status, 200);
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
  assert.ok((await client.listTools()).tools.length > 5);
  await client.close();
});

test('beyond this machine a token is needed', async () => {
  await assert.rejects(serve({ host: '0.0.0.0' }), { code: 'invalid_configuration', message: /0\.0\.0\.0/ });
  await using cli = await openCommandLine();
  const refused = await cli.run(['mcp', '--http', '0', '--host', '0.0.0.0']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /VIDEO_MCP_TOKEN/);
  await using server = await serve({ host: '0.0.0.0', token: TOKEN });
  const url = server.url.replace('0.0.0.0', '127.0.0.1');
  assert.equal((await post(url, {})).status, 401);
  assert.equal((await post(url, { authorization: `Bearer ${TOKEN}`, host: 'evil.example' })).status, 403);
  assert.equal((await post(url, { authorization: `Bearer ${TOKEN}` })).status, 200);
});

test('what counts as this machine', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '192.168.1.4', '127.0.0.1.evil.example', 'localhost.evil.example'])
    assert.ok(!isLoopback(host), host);
  assert.ok(namesOf('192.168.1.4', ['Clips.Example']).includes('clips.example'));
  assert.ok(namesOf('::1').includes('[::1]'));
  for (const [given, name] of [
    ['clips.example:8443', 'clips.example'],
    ['[2001:db8::1]:8443', '[2001:db8::1]'],
    ['2001:db8::1', '[2001:db8::1]'],
  ] as const)
    assert.ok(namesOf('127.0.0.1', [given]).includes(name), given);
});

test('a session that is unknown or over is told so, and one that ends is forgotten', async () => {
  await using server = await serve();
  const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} });
  assert.equal((await post(server.url, { 'mcp-session-id': 'none' }, list)).status, 404);
  assert.equal((await post(server.url, {}, list)).status, 400);
  assert.equal((await post(server.url, {}, 'no json')).status, 400);
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(server.url));
  await client.connect(transport);
  const id = transport.sessionId ?? '';
  assert.equal((await post(server.url, { 'mcp-session-id': id }, list)).status, 200);
  await transport.terminateSession();
  assert.equal((await post(server.url, { 'mcp-session-id': id }, list)).status, 404);
  await client.close();
});

test('a port that is taken is named', async () => {
  await using server = await serve();
  const port = Number(new URL(server.url).port);
  await assert.rejects(
    serveMcpHttp(() => Promise.reject(new Error('not opened')), { port }),
    { code: 'invalid_argument', message: /in use/ },
  );
});

for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
  test(`a server that is stopped ends its calls, and the job goes on (${JSON.stringify(mode)})`, async () => {
    await using studio = await openStudio({ engine: testEngine(untilStopped) });
    const server = await serve({}, studio.baseUrl);
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    let reports = 0;
    const call = client
      .callTool({ name: 'video_produce', arguments: { prompt: 'a boat', seconds: 4 } }, { onprogress: () => reports++ })
      .then(dataOf, (error) => error);
    await until(() => reports > 0);
    const started = performance.now();
    await server[Symbol.asyncDispose]();
    assert.ok(performance.now() - started < 15_000);
    await client.close();
    await call;
  });
}
