import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { FormData, Response } from 'undici';
import { outgoingOf, type RequestBody } from '../../lib/api/outgoing.ts';
import { temporaryFolder } from '../support/temporary.ts';

const nothing = () => undefined;

test('a form arrives as any server reads it, in the length that was announced', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'clip.mp4');
  await writeFile(file, Buffer.alloc(300_000, 7));
  const form = new FormData();
  form.append('prompt', 'Ein Boot\nim "Hafen" — 船');
  form.append('input_reference[image_url]', 'https://example.com/a?b=c');
  form.append('video', await openAsBlob(file, { type: 'video/mp4' }), 'a "b"\n船.mp4');
  form.append('mask', new Blob(['mask']), 'mask');
  const { headers, stream } = outgoingOf({ form }, nothing);
  const body = await buffer(stream);
  assert.equal(headers['content-length'], String(body.length));
  const arrived = await new Response(new Uint8Array(body), { headers }).formData();
  assert.equal(arrived.get('prompt'), 'Ein Boot\r\nim "Hafen" — 船');
  assert.equal(arrived.get('input_reference[image_url]'), 'https://example.com/a?b=c');
  const video = arrived.get('video');
  assert.ok(video instanceof File);
  assert.deepEqual([video.name, video.type, video.size], ['a "b"\n船.mp4', 'video/mp4', 300_000]);
  assert.deepEqual(Buffer.from(await video.arrayBuffer()), Buffer.alloc(300_000, 7));
  const mask = arrived.get('mask');
  assert.ok(mask instanceof File);
  assert.equal(mask.type, 'application/octet-stream');
});

test('a body goes out in small pieces, and each move is told', async () => {
  const form = new FormData();
  form.append('video', new Blob([Buffer.alloc(1_000_000)]), 'clip');
  const bodies: RequestBody[] = [{ form }, { json: { note: 'x'.repeat(1_000_000) } }];
  for (const body of bodies) {
    let moves = 0;
    const outgoing = outgoingOf(body, () => moves++);
    assert.deepEqual([outgoing.isBegun, moves], [false, 0]);
    const sizes: number[] = [];
    for await (const chunk of outgoing.stream) sizes.push(chunk.length);
    assert.ok(Math.max(...sizes) <= 64 * 1024, `pieces of ${Math.max(...sizes)} bytes`);
    assert.deepEqual([outgoing.isBegun, moves >= sizes.length], [true, true]);
  }
});
