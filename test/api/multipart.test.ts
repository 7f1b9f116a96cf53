import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { multipart } from '../../lib/api/multipart.ts';
import { openApi } from '../support/api.ts';
import { mp4 } from '../support/media.ts';
import { temporaryFolder } from '../support/temporary.ts';

const CLIP = mp4(randomBytes(20_000_000));

test('a large file arrives byte for byte at a server that reads by fits and starts', async () => {
  const received: Buffer[] = [];
  const server = createServer(async (request, response) => {
    for await (const chunk of request) {
      received.push(chunk);
      if (received.length % 50 === 0) await sleep(5);
    }
    response.setHeader('content-type', 'application/json').end('{"id":"char_1","name":"Ada"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  try {
    await using client = await openApi(`http://127.0.0.1:${port}/v1`);
    await mkdir(client.workspace.root, { recursive: true });
    await writeFile(path.join(client.workspace.root, 'clip.mp4'), CLIP);
    await client.api.createCharacter({ name: 'Ada', video: { path: 'clip.mp4' } });
    const body = Buffer.concat(received);
    const start = body.indexOf('\r\n\r\n', body.indexOf('filename=')) + 4;
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    assert.equal(sha256(body.subarray(start, start + CLIP.length)), sha256(CLIP));
  } finally {
    server.close();
  }
});

test('a form has the length it names, is opened anew for every attempt, and survives odd names', async () => {
  await using folder = await temporaryFolder();
  const absolute = path.join(folder.path, 'clip');
  await writeFile(absolute, CLIP);
  const file = { field: 'video', filename: 'a "b"\n夕.mp4', type: 'video/mp4', bytes: CLIP.length, absolute };
  const form = multipart([['prompt', 'one\ntwo "夕"']], file);
  for (const attempt of [1, 2]) {
    const pieces: Buffer[] = [];
    for await (const piece of form.open()) pieces.push(Buffer.from(piece));
    const body = Buffer.concat(pieces);
    assert.equal(body.length, form.contentLength, `attempt ${attempt}`);
    const parsed = await new Response(body, { headers: { 'content-type': form.contentType } }).formData();
    assert.equal(parsed.get('prompt'), 'one\r\ntwo "夕"');
    const sent = parsed.get('video');
    assert.ok(sent instanceof File);
    assert.deepEqual(Buffer.from(await sent.arrayBuffer()), CLIP);
  }
});

test('a file that becomes shorter meanwhile breaks its form off', async () => {
  await using folder = await temporaryFolder();
  const absolute = path.join(folder.path, 'clip');
  await writeFile(absolute, CLIP);
  const form = multipart([], { field: 'video', filename: 'clip', type: 'video/mp4', bytes: CLIP.length, absolute });
  await truncate(absolute, 1_000);
  await assert.rejects(form.open().toArray(), { code: 'invalid_media', message: /shorter/ });
});
