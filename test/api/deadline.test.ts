import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { openApi, type TestApi } from '../support/api.ts';
import { failure } from '../support/failure.ts';
import { listen } from '../support/server.ts';

const TIMEOUT_MS = 400;
const MIB = 1024 * 1024;
const UPLOAD_BYTES = 32 * MIB;
/** What the buffers of a loopback connection may hold, so that it is not seen how fast they are read. */
const BUFFERED_BYTES = 14 * MIB;

test('an answer that drips for ever has an end', async () => {
  await using server = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
  });
  await using client = await openApi(server.baseUrl, { requestTimeoutMs: 200 });
  const { code, message, facts } = await failure(client.api.retrieve('v'));
  assert.deepEqual([code, facts.retryable], ['server_error', true]);
  assert.match(message, /no whole answer within 200 ms/);
  const posts = server.received.length;
  const lost = await failure(client.api.create({ prompt: 'x' }));
  assert.deepEqual([lost.code, server.received.length], ['outcome_unknown', posts + 1]);
});

describe('the time-out of an upload', () => {
  const uploads: Record<string, (client: TestApi) => Promise<unknown>> = {
    'a file': async ({ api, folder }) => {
      await mkdir(path.join(folder, 'videos'), { recursive: true });
      await writeFile(path.join(folder, 'videos/clip.bin'), Buffer.alloc(UPLOAD_BYTES, 1));
      return await api.edit({ video: { path: 'clip.bin' }, prompt: 'x' });
    },
    'bytes in memory': ({ api }) =>
      api.edit({ video: new Blob([Buffer.alloc(UPLOAD_BYTES, 1)], { type: 'video/mp4' }), prompt: 'x' }),
    JSON: ({ api }) => api.create({ prompt: 'x', extra: { note: 'x'.repeat(UPLOAD_BYTES) } }),
  };
  for (const [what, upload] of Object.entries(uploads)) {
    test(`is not up while ${what} flows slowly`, async () => {
      let slowMs = 0;
      await using server = await listenRaw(async (socket, bytes, length) => {
        const isSlow = length - bytes > BUFFERED_BYTES;
        const started = performance.now();
        if (isSlow) await pause(socket, 4);
        if (isSlow) slowMs += performance.now() - started;
        if (bytes >= length) answer(socket);
      });
      await using client = await openApi(server.baseUrl, { requestTimeoutMs: TIMEOUT_MS });
      await upload(client);
      assert.ok(slowMs > 1.5 * TIMEOUT_MS, `the line was not slow enough to tell: ${slowMs} ms`);
    });

    test(`is up when ${what} went out and nothing comes back`, async () => {
      let sentAt = Number.NaN;
      await using server = await listenRaw((_, bytes, length) => {
        if (bytes >= length) sentAt = performance.now();
      });
      await using client = await openApi(server.baseUrl, { requestTimeoutMs: TIMEOUT_MS });
      assert.equal((await failure(upload(client))).code, 'outcome_unknown');
      const ms = performance.now() - sentAt;
      assert.ok(ms < 3 * TIMEOUT_MS, `it took ${ms} ms from the last byte`);
    });

    test(`is up when nothing of ${what} moves`, async () => {
      let stalledAt = Number.NaN;
      await using server = await listenRaw((socket) => {
        socket.pause();
        stalledAt = performance.now();
      });
      await using client = await openApi(server.baseUrl, { requestTimeoutMs: TIMEOUT_MS });
      assert.equal((await failure(upload(client))).code, 'outcome_unknown');
      const ms = performance.now() - stalledAt;
      assert.ok(ms < 3 * TIMEOUT_MS, `it took ${ms} ms from the stall`);
    });
  }
});

test('a clip that stalls is given up after the time for a pause, however long a request may take', async () => {
  await using server = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': 10 }).write('12345');
  });
  await using client = await openApi(server.baseUrl, { requestTimeoutMs: 30_000, bodyTimeoutMs: 100 });
  const { body } = await client.api.content('v');
  const started = performance.now();
  await assert.rejects(body.toArray(), { code: 'UND_ERR_BODY_TIMEOUT' });
  assert.ok(performance.now() - started < 5_000);
});

function answer(socket: Socket): void {
  const body = '{"id":"v","status":"queued"}';
  socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
}

async function pause(socket: Socket, ms: number): Promise<void> {
  socket.pause();
  await new Promise((resolve) => setTimeout(resolve, ms));
  socket.resume();
}

/** A server whose reading is in the hands of the test: called with how much came, and how much is to come in all. */
async function listenRaw(onBytes: (socket: Socket, bytes: number, length: number) => unknown) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    let bytes = 0;
    let length = Number.NaN;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (Number.isNaN(length)) {
        const head = chunk.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
        length = head.length + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
      }
      onBytes(socket, bytes, length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    baseUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
