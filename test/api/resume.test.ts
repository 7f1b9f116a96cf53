import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { openApi } from '../support/api.ts';
import { mp4 } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';

const CLIP = mp4(Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 7919) >> 3)));
const SHA256 = createHash('sha256').update(CLIP).digest('hex');

interface Serving {
  etag?: string;
  clip?: Buffer;
  /** Bytes after which a connection is cut, the first answer first; later answers are whole. */
  cuts: number[];
  /** Sends a part of whatever version it has. */
  ignoresIfRange?: boolean;
}

/** A server that knows Range and If-Range, and counts the bytes it sent. */
async function serve(serving: Serving) {
  const sent: number[] = [];
  const server = await listen(({ url, headers }, response: ServerResponse) => {
    if (!url.includes('/content')) return answerJson(response, { id: 'v', status: 'completed' });
    const { etag, clip = CLIP, cuts, ignoresIfRange = false } = serving;
    const [, start] = /bytes=(\d+)-/.exec(headers.range ?? '') ?? [];
    const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
    const isPart = start !== undefined && (isSame || ignoresIfRange);
    const from = isPart ? Number(start) : 0;
    const cut = cuts.shift();
    const body = clip.subarray(from, cut === undefined ? undefined : from + cut);
    sent.push(body.length);
    response.writeHead(isPart ? 206 : 200, {
      'content-type': 'video/mp4',
      'content-length': clip.length - from,
      ...(isPart && { 'content-range': `bytes ${from}-${clip.length - 1}/${clip.length}` }),
      ...(etag !== undefined && { etag }),
    });
    if (cut === undefined) response.end(body);
    else response.write(body, () => response.destroy());
  });
  return { server, sent: () => sent.reduce((sum, bytes) => sum + bytes, 0) };
}

for (const etag of ['"one"', undefined]) {
  test(`a broken download goes on where it broke, ${etag ? 'asked with If-Range' : 'an overlap compared'}`, async () => {
    const serving = await serve({ ...(etag && { etag }), cuts: [300_000, 1, 200_000] });
    await using server = serving.server;
    await using client = await openApi(server.baseUrl);
    const file = await client.api.download('v');
    assert.deepEqual([file.sha256, file.bytes], [SHA256, CLIP.length]);
    assert.ok(serving.sent() <= CLIP.length * 1.05, `${serving.sent()} bytes were sent for ${CLIP.length}`);
  });

  test(`other bytes at the server are never mixed in, ${etag ? 'told by the ETag' : 'told by the overlap'}`, async () => {
    const other = mp4(Buffer.alloc(1_000_000, 7));
    const first: Serving = { ...(etag && { etag }), cuts: [500_000, 0, 0, 0, 0, 0, 0, 0] };
    const serving = await serve(first);
    await using server = serving.server;
    await using client = await openApi(server.baseUrl);
    await assert.rejects(client.api.download('v'), { code: 'server_error' });
    Object.assign(first, { clip: other, cuts: [], ...(etag && { etag: '"two"' }) });
    const file = await client.api.download('v');
    assert.equal(file.sha256, createHash('sha256').update(other).digest('hex'));
  });
}

for (const etag of ['"one"', undefined]) {
  test(`a kill while the server turns to other bytes mixes nothing, ${etag ? 'with' : 'without'} an ETag`, async () => {
    const other = mp4(Buffer.alloc(1_000_000, 7));
    const facts: Serving = { ...(etag && { etag }), cuts: [500_000, 0, 0, 0, 0, 0, 0, 0] };
    const serving = await serve(facts);
    await using server = serving.server;
    await using client = await openApi(server.baseUrl);
    await assert.rejects(client.api.download('v'), { code: 'server_error' });
    Object.assign(facts, { clip: other, cuts: [], etag: '"two"' });
    const program = path.join(import.meta.dirname, 'appendKilled.ts');
    const identity = JSON.stringify([server.baseUrl, 'v', 'video']);
    const args = [`${server.baseUrl}/videos/v/content`, path.join(client.folder, 'state', 'partial'), identity];
    const child = spawn(process.execPath, [program, ...args], { stdio: 'ignore' });
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
    const file = await client.api.download('v');
    assert.equal(file.sha256, createHash('sha256').update(other).digest('hex'));
  });
}

test('a large clip is hashed right across a break, and no thread is left behind', async () => {
  const clip = mp4(Buffer.alloc(40_000_000, 'frames'));
  const facts: Serving = { etag: '"one"', clip, cuts: [36_000_000] };
  const serving = await serve(facts);
  await using server = serving.server;
  await using client = await openApi(server.baseUrl);
  const ended: Promise<unknown>[] = [];
  const seen = (worker: Worker) => ended.push(once(worker, 'exit'));
  process.on('worker', seen);
  try {
    const file = await client.api.download('v');
    assert.equal(file.sha256, createHash('sha256').update(clip).digest('hex'));
    const abort = new AbortController();
    const onProgress = (bytes: number) => bytes > 36_000_000 && abort.abort();
    const stopped = client.api.download('v', { name: 'other', signal: abort.signal, onProgress });
    await assert.rejects(stopped, { code: 'aborted' });
    assert.equal(ended.length, 2);
    await Promise.all(ended);
  } finally {
    process.off('worker', seen);
  }
});

test('a part of another version than the one that was begun is not appended', async () => {
  const other = mp4(Buffer.alloc(1_000_000, 7));
  const facts: Serving = { etag: '"one"', cuts: [500_000, 0, 0, 0, 0, 0, 0, 0] };
  const serving = await serve(facts);
  await using server = serving.server;
  await using client = await openApi(server.baseUrl);
  await assert.rejects(client.api.download('v'), { code: 'server_error' });
  Object.assign(facts, { clip: other, cuts: [], etag: '"two"', ignoresIfRange: true });
  const file = await client.api.download('v');
  assert.equal(file.sha256, createHash('sha256').update(other).digest('hex'));
});

test('what a failed run left is taken up by the next one', async () => {
  const facts: Serving = { etag: '"one"', cuts: [800_000, 0, 0, 0, 0, 0, 0, 0] };
  const serving = await serve(facts);
  await using server = serving.server;
  await using client = await openApi(server.baseUrl);
  await assert.rejects(client.api.download('v'), { code: 'server_error', message: /broke off/ });
  facts.cuts.length = 0;
  const file = await client.api.download('v');
  assert.equal(file.sha256, SHA256);
  assert.ok(serving.sent() <= CLIP.length * 1.05, `${serving.sent()} bytes were sent for ${CLIP.length}`);
});

test('a clip that was fetched whole is not fetched again because its place was taken', async () => {
  const serving = await serve({ etag: '"one"', cuts: [] });
  await using server = serving.server;
  await using client = await openApi(server.baseUrl);
  await mkdir(client.workspace.root, { recursive: true });
  await writeFile(path.join(client.workspace.root, 'clip.mp4'), 'something else');
  await assert.rejects(client.api.download('v', { name: 'clip' }), { code: 'file_exists' });
  const file = await client.api.download('v', { name: 'other' });
  assert.deepEqual([file.sha256, serving.sent()], [SHA256, CLIP.length]);
});

test('a partial file that already has its name in the workspace is never written to again', async () => {
  const serving = await serve({ etag: '"one"', cuts: [600_000, 0, 0, 0, 0, 0, 0, 0] });
  await using server = serving.server;
  await using client = await openApi(server.baseUrl);
  await assert.rejects(client.api.download('v'), { code: 'server_error' });
  const partials = path.join(client.folder, 'state', 'partial');
  const part = (await readdir(partials)).find((name) => name.endsWith('.part')) ?? '';
  const named = path.join(client.folder, 'kept.mp4');
  await link(path.join(partials, part), named);
  const before = await readFile(named);
  await client.api.download('v').catch(() => undefined);
  assert.deepEqual(await readFile(named), before);
});
