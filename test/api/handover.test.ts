import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import { askedAtHandover } from '../../lib/api/handover.ts';

/** A server that notes every byte it gets, and answers each request. */
async function listener() {
  let received = '';
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received += bytes;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const agent = new Agent({ allowH2: false });
  return {
    received: () => received,
    connections: () => connections,
    post: (dispatcher: Dispatcher) =>
      dispatcher.request({ origin: `http://127.0.0.1:${address.port}`, path: '/', method: 'POST', body: '{"a":1}' }),
    agent,
    async [Symbol.asyncDispose]() {
      await agent.destroy();
      server.close();
    },
  };
}

test('what is asked at the handover keeps every byte back, though the connection stands', async () => {
  await using peer = await listener();
  const refusal = new Error('not now');
  const gated = askedAtHandover(peer.agent, () => {
    throw refusal;
  });
  await assert.rejects(peer.post(gated), (error) => error === refusal);
  await sleep(50);
  assert.equal(peer.connections(), 1, 'it was asked after the connection was made');
  assert.equal(peer.received(), '');
});

test('it is asked once, in time, and the request goes out whole', async () => {
  await using peer = await listener();
  const seen: string[] = [];
  const gated = askedAtHandover(peer.agent, () => seen.push(peer.received()));
  const { statusCode, body } = await peer.post(gated);
  assert.deepEqual([statusCode, await body.text()], [200, 'ok']);
  assert.deepEqual(seen, ['']);
  assert.match(peer.received(), /^POST \/ HTTP\/1\.1[\s\S]*\{"a":1\}$/);
});
