import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { errors } from 'undici';
import { failureOf } from '../../lib/api/failure.ts';
import { VideoToolsetError } from '../../lib/errors.ts';
import { openApi } from '../support/api.ts';
import { failure } from '../support/failure.ts';

const CREATE = { method: 'POST', path: '/videos', makesJob: true } as const;
const READ = { method: 'GET', path: '/videos/v' } as const;

function codeOf(error: unknown, request: typeof CREATE | typeof READ = CREATE): string {
  const failed = failureOf(error, request, { host: 'videos.example' });
  assert.ok(failed instanceof VideoToolsetError);
  assert.equal(failed.report().submitted, failed.code === 'outcome_unknown' ? 'unknown' : 'no');
  return failed.code;
}

/** As Node makes them. */
function systemError(code: string, syscall?: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, ...(syscall !== undefined && { syscall }) });
}

test('what failed to connect sent nothing', () => {
  for (const code of ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EADDRNOTAVAIL']) {
    assert.equal(codeOf(systemError(code, 'connect')), 'server_unreachable', code);
  }
  for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
    assert.equal(codeOf(systemError(code, 'getaddrinfo')), 'server_unreachable', code);
  }
  const every = new AggregateError([systemError('ECONNREFUSED', 'connect'), systemError('ENETUNREACH', 'connect')]);
  assert.equal(codeOf(every), 'server_unreachable');
  assert.equal(
    codeOf(new TypeError('failed', { cause: systemError('ECONNREFUSED', 'connect') })),
    'server_unreachable',
  );
  assert.equal(codeOf(new errors.ConnectTimeoutError('Connect Timeout Error')), 'server_unreachable');
  const left = 'Client network socket disconnected before secure TLS connection was established';
  assert.equal(codeOf(Object.assign(new Error(left), { code: 'ECONNRESET' })), 'server_unreachable');
  assert.equal(codeOf(systemError('DEPTH_ZERO_SELF_SIGNED_CERT')), 'server_unreachable');
});

test('the same codes of a connection that stood leave the question open', () => {
  for (const code of ['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE']) {
    for (const syscall of ['read', 'write', undefined]) {
      assert.equal(codeOf(systemError(code, syscall)), 'outcome_unknown', `${syscall} ${code}`);
      assert.equal(codeOf(systemError(code, syscall), READ), 'server_error', `${syscall} ${code}`);
    }
  }
  const mixed = new AggregateError([systemError('ECONNREFUSED', 'connect'), systemError('ECONNRESET', 'read')]);
  assert.equal(codeOf(mixed), 'outcome_unknown');
  for (const code of ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED']) {
    assert.equal(codeOf(systemError(code)), 'outcome_unknown', code);
  }
});

test('a handshake that fails, breaks off or never ends sent nothing, and a stop during it is a stop', async () => {
  const answers: Record<string, (socket: Socket) => unknown> = {
    'plain text': (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'a closed door': (socket) => socket.destroy(),
    silence: () => undefined,
  };
  for (const [answer, serve] of Object.entries(answers)) {
    await using server = await listenRaw(serve);
    await using client = await openApi(server.baseUrl, { connectTimeoutMs: 150 });
    const started = performance.now();
    const { code, facts } = await failure(client.api.create({ prompt: 'x' }));
    assert.deepEqual([code, facts.submitted ?? 'no'], ['server_unreachable', 'no'], answer);
    assert.ok(performance.now() - started < 2_000, answer);
  }
  const abort = new AbortController();
  await using server = await listenRaw(() => abort.abort());
  await using client = await openApi(server.baseUrl);
  const stopped = await failure(client.api.create({ prompt: 'x' }, { signal: abort.signal }));
  assert.deepEqual([stopped.code, stopped.report().submitted], ['aborted', 'no']);
});

/** A server that is spoken to in TLS and speaks as it likes. */
async function listenRaw(serve: (socket: Socket) => unknown) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.resume();
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    baseUrl: `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
