import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import path from 'node:path';
import { test } from 'node:test';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { posterOf } from '../../lib/media/poster.ts';
import { temporaryFolder } from '../support/temporary.ts';

const isThere = spawnSync('ffmpeg', ['-version']).status === 0;
const skip = !isThere && process.env.REQUIRE_REAL !== '1' ? 'ffmpeg is not installed' : false;

test('a clip and a picture of another kind come out as WebP of a size for a page', { skip }, async () => {
  await using folder = await temporaryFolder();
  const clip = path.join(folder.path, 'a clip, with: odd name.mp4');
  const made = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=red:s=1920x1080:d=1', `file:${clip}`]);
  assert.equal(made.status, 0, String(made.stderr));
  const wide = createCanvas(2_000, 1_000);
  wide.getContext('2d').fillRect(0, 0, 10, 10);
  for (const [source, size] of [
    [clip, [1_280, 720]],
    [await wide.encode('jpeg'), [1_280, 640]],
    [await createCanvas(64, 32).encode('png'), [64, 32]],
  ] as const) {
    const poster = await posterOf(source);
    assert.equal(poster?.toString('latin1', 8, 12), 'WEBP');
    const { width, height } = await loadImage(poster);
    assert.deepEqual([width, height], size);
  }
});

test('what is no picture, or claims to be a huge one, gives none', { skip }, async () => {
  assert.equal(await posterOf(Buffer.from('words')), undefined);
  assert.equal(await posterOf(path.join(import.meta.dirname, 'poster.test.ts')), undefined);
  const huge = Buffer.from(await createCanvas(64, 32).encode('png'));
  huge.writeUInt32BE(30_000, 16);
  huge.writeUInt32BE(30_000, 20);
  assert.equal(await posterOf(huge), undefined);
});
