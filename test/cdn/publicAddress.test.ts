import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { checkPublicAddress } from '../../lib/cdn/publicAddress.ts';
import { mp4 } from '../support/media.ts';
import type { Received } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { serveFolder } from '../support/web.ts';

const CLIP = mp4(Buffer.alloc(20_000, 'frame'));
const OLDER = mp4(Buffer.alloc(20_000, 'older'));

type Answer = (request: Received, response: ServerResponse) => boolean;

/** Serves a folder that holds the clip, and asks for it. */
async function check(answer: Answer, served: Buffer = CLIP): Promise<{ asked: string[] }> {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, 'served.mp4'), served);
  const absolute = path.join(folder.path, 'clip.mp4');
  await writeFile(absolute, CLIP);
  await using web = await serveFolder(folder.path, answer);
  await checkPublicAddress(`${web.origin}/clips/served.mp4`, {
    bytes: CLIP.length,
    contentType: 'video/mp4',
    absolute,
  });
  return { asked: web.received.map(({ method }) => method) };
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(code, headers).end();
    return true;
  };

test('an address that serves the file is asked twice, and is fine', async () => {
  assert.deepEqual((await check(() => false)).asked, ['HEAD', 'GET']);
});

test('a server without HEAD, and one that sees the file a moment later, are fine, too', async () => {
  await check((request, response) => request.method === 'HEAD' && status(405)(request, response));
  let calls = 0;
  await check((request, response) => ++calls <= 2 && status(404)(request, response));
  assert.ok(calls > 2);
});

for (const [what, answer, served, said] of [
  ['is not there', status(404), CLIP, /does not serve it: it answers with HTTP 404/],
  ['is forbidden', status(403), CLIP, /HTTP 403/],
  [
    'is of another type',
    status(200, { 'content-type': 'text/html' }),
    CLIP,
    /it says that it is text\/html, not video\/mp4/,
  ],
  ['is another length', () => false, CLIP.subarray(0, 9_000), /it has 9000 bytes, not \d+/],
  ['is an older file of the same length', () => false, OLDER, /other bytes: an older file/],
] as const) {
  test(`an address that ${what} is an error that says so`, async () => {
    await assert.rejects(check(answer, served), (error: Error) => said.test(error.message));
  });
}

test('an address where nobody answers is an error that says so', async () => {
  await using folder = await temporaryFolder();
  const absolute = path.join(folder.path, 'clip.mp4');
  await writeFile(absolute, CLIP);
  const expected = { bytes: CLIP.length, contentType: 'video/mp4', absolute };
  await assert.rejects(checkPublicAddress('http://127.0.0.1:9/x.mp4', expected), /cannot be reached/);
});
