import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { openWorkspace } from '../../lib/workspace.ts';
import { openApi, type TestApi } from '../support/api.ts';
import { mp4, picture } from '../support/media.ts';
import { answerJson, listen, type TestServer } from '../support/server.ts';
import { NEEDS_ROOT, temporaryDisk } from '../support/temporary.ts';

const CLIP = mp4('x'.repeat(100_000));

/** A server with one finished job, whose content is answered by `content`. */
function serve(content: (response: ServerResponse, url: string) => unknown, status = 'completed'): Promise<TestServer> {
  const job = { id: 'video_1234567890', status, prompt: 'A paper boat', error: { message: 'too dark' } };
  return listen(({ url }, response) => (url.includes('/content') ? content(response, url) : answerJson(response, job)));
}

const sendClip = (response: ServerResponse, clip = CLIP) =>
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': clip.length }).end(clip);

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test('a download has exactly the bytes of the server and says their hash', async () => {
  await using server = await serve((response) => sendClip(response));
  await using client = await openApi(server.baseUrl);
  const seen: [number, number | undefined][] = [];
  const file = await client.api.download('video_1234567890', {
    onProgress: (bytes, total) => seen.push([bytes, total]),
  });
  assert.deepEqual(file, {
    path: 'a-paper-boat-34567890.mp4',
    bytes: CLIP.length,
    sha256: createHash('sha256').update(CLIP).digest('hex'),
    content_type: 'video/mp4',
  });
  assert.deepEqual(await readFile(path.join(client.workspace.root, file.path)), CLIP);
  assert.deepEqual(seen.at(-1), [CLIP.length, CLIP.length]);
  assert.deepEqual(await filesOf(client.folder), [file.path]);
});

test('a variant is asked for by name, and the suffix follows from the bytes', async () => {
  const images: Record<string, Buffer> = { thumbnail: picture('image/webp'), spritesheet: picture('image/jpeg') };
  await using server = await serve((response, url) => response.end(images[url.split('variant=')[1] ?? ''] ?? CLIP));
  await using client = await openApi(server.baseUrl);
  const save = async (variant: string) => (await client.api.download('v', { variant, name: `shots/${variant}` })).path;
  assert.equal(await save('thumbnail'), 'shots/thumbnail.webp');
  assert.equal(await save('spritesheet'), 'shots/spritesheet.jpg');
  assert.equal(await save('video'), 'shots/video.mp4');
});

test('a body that is not the whole clip is never saved, and the job is named', async () => {
  const bodies: Record<string, [string, (response: ServerResponse) => unknown]> = {
    empty: ['invalid_media', (response) => response.end()],
    'JSON with 200': ['invalid_media', (response) => answerJson(response, { error: 'not yet' })],
    'a page': ['invalid_media', (response) => response.end('<!doctype html><h1>Sign in</h1>')],
    'a picture': ['invalid_media', (response) => response.end(picture('image/png'))],
    'cut off': ['server_error', (response) => response.writeHead(200).write(CLIP, () => response.destroy())],
    'shorter than announced': [
      'server_error',
      (response) =>
        response.writeHead(200, { 'content-length': CLIP.length + 9 }).write(CLIP, () => response.destroy()),
    ],
    refused: ['rate_limited', (response) => answerJson(response, {}, 429)],
  };
  for (const [what, [code, send]] of Object.entries(bodies)) {
    await using server = await serve(send);
    await using client = await openApi(server.baseUrl);
    await assert.rejects(client.api.download('v'), (error) => {
      assert.ok(error instanceof Error && 'code' in error && 'facts' in error);
      assert.equal(error.code, code, what);
      assert.partialDeepStrictEqual(error.facts, { submitted: 'yes', billed: 'likely', job_id: 'v', retryable: true });
      return true;
    });
    const kept = code === 'server_error' ? CLIP.length : undefined;
    assert.deepEqual(await savedAndKept(client), { saved: [], kept }, what);
  }
});

test('more bytes than allowed are refused, announced or not', async () => {
  for (const send of [sendClip, (response: ServerResponse) => response.end(CLIP)]) {
    await using server = await serve((response) => send(response));
    await using client = await openApi(server.baseUrl);
    await assert.rejects(client.api.download('v', { maxBytes: 50_000 }), { code: 'invalid_media', message: /50000/ });
    assert.deepEqual(await filesOf(client.folder), []);
  }
});

test('a name outside the workspace is refused before anything is sent', async () => {
  await using server = await serve((response) => sendClip(response));
  await using client = await openApi(server.baseUrl);
  for (const name of ['../clip', '/etc/clip', '.hidden', 'a/../../b', 'x\0']) {
    await assert.rejects(client.api.download('v', { name }), (error) => {
      assert.ok(error instanceof Error && 'code' in error);
      assert.match(String(error.code), /^(outside_workspace|invalid_argument)$/);
      return true;
    });
  }
  assert.equal(server.received.length, 0);
});

test('the same bytes again are no error; other bytes never take their place unless asked', async () => {
  let clip = CLIP;
  await using server = await serve((response) => sendClip(response, clip));
  await using client = await openApi(server.baseUrl);
  const first = await client.api.download('v', { name: 'clip' });
  assert.deepEqual(await client.api.download('v', { name: 'clip' }), first);
  clip = mp4('other');
  await assert.rejects(client.api.download('v', { name: 'clip' }), { code: 'file_exists' });
  assert.deepEqual(await readFile(path.join(client.workspace.root, 'clip.mp4')), CLIP);
  await client.api.download('v', { name: 'clip', overwrite: true });
  assert.deepEqual(await readFile(path.join(client.workspace.root, 'clip.mp4')), clip);
  assert.deepEqual(await filesOf(client.folder), ['clip.mp4']);
});

test('a job that is not completed is not downloaded, and the reason is said', async () => {
  const codes = { queued: 'not_ready', in_progress: 'not_ready', failed: 'job_failed', expired: 'expired' };
  for (const [status, code] of Object.entries(codes)) {
    await using server = await serve(() => assert.fail('content was asked for'), status);
    await using client = await openApi(server.baseUrl);
    await assert.rejects(client.api.download('v'), { code });
  }
});

test('a download that is stopped saves nothing, and keeps what it has for the next time', async () => {
  const abort = new AbortController();
  await using server = await serve((response) => response.writeHead(200).write(CLIP));
  await using client = await openApi(server.baseUrl);
  const stopped = client.api.download('v', { signal: abort.signal, onProgress: () => abort.abort() });
  await assert.rejects(stopped, { code: 'aborted' });
  assert.deepEqual((await savedAndKept(client)).saved, []);
});

test('a full disk is named as such and keeps no partial file', async (context) => {
  await using disk = await temporaryDisk('size=64k');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  await using server = await serve((response) => sendClip(response, mp4('x'.repeat(500_000))));
  await using full = await openApi(server.baseUrl, { state: path.join(disk.path, 'state') });
  await assert.rejects(full.api.download('v'), { code: 'disk_full' });
  assert.deepEqual(await filesOf(disk.path), []);
  await using elsewhere = await openApi(server.baseUrl, { workspace: openWorkspace(path.join(disk.path, 'videos')) });
  await assert.rejects(elsewhere.api.download('v'), { code: 'disk_full' });
  assert.deepEqual(await filesOf(disk.path), []);
});

test('all jobs are listed page by page, once, even where the server repeats its last page', async () => {
  const pages: Record<string, object> = {
    first: { data: [{ id: 'a' }, { id: 'b' }], has_more: true, last_id: 'b' },
    b: { data: [{ id: 'c' }], has_more: true, last_id: 'c' },
    c: { data: [{ id: 'd' }], has_more: false, last_id: 'd' },
  };
  await using server = await listen(({ url }, response) => {
    const after = new URL(url, 'http://host').searchParams.get('after') ?? 'first';
    answerJson(response, pages[after]);
  });
  await using client = await openApi(server.baseUrl);
  const ids: string[] = [];
  for await (const { id } of client.api.listAll({ limit: 2, order: 'asc' })) ids.push(id);
  assert.deepEqual(ids, ['a', 'b', 'c', 'd']);
  assert.equal(server.received[1]?.url, '/v1/videos?limit=2&order=asc&after=b');
  pages.c = { data: [{ id: 'c' }], has_more: true, last_id: 'c' };
  let repeated = 0;
  for await (const _ of client.api.listAll()) repeated++;
  assert.ok(repeated <= 5);
});

/** The files of the workspace, and how much of a clip lies ready for a later attempt. */
async function savedAndKept({ folder }: TestApi): Promise<{ saved: string[]; kept: number | undefined }> {
  const saved = await readdir(path.join(folder, 'videos'), { recursive: true }).catch(() => []);
  const partial = path.join(folder, 'state', 'partial');
  const names = await readdir(partial).catch(() => []);
  const part = names.find((name) => name.endsWith('.part'));
  return { saved, kept: part === undefined ? undefined : (await stat(path.join(partial, part))).size };
}
