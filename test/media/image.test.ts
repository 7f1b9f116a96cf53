import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCanvas } from '@napi-rs/canvas';
import { checkImage } from '../../lib/media/image.ts';
import { imageSizeOf } from '../../lib/media/imageSize.ts';
import { hugePicture, mp4, picture } from '../support/media.ts';

const TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;

test('a whole picture is taken, with its type and its size', async () => {
  for (const mediaType of TYPES)
    assert.deepEqual(await checkImage(picture(mediaType, 40, 20)), { mediaType, width: 40, height: 20 });
});

test('a picture that is cut off anywhere is refused', async () => {
  for (const type of TYPES) {
    const whole = picture(type, 64, 64);
    for (const part of [0.1, 0.5, 0.9, 1 - 1 / whole.length]) {
      const cut = whole.subarray(0, Math.floor(whole.length * part));
      await assert.rejects(checkImage(cut), { code: 'invalid_media' }, `${type} at ${part}`);
    }
  }
});

test('a PNG with a changed byte is refused', async () => {
  const bytes = picture('image/png', 64, 64);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8((bytes.readUInt8(middle) + 1) % 256, middle);
  await assert.rejects(checkImage(bytes), { code: 'invalid_media' });
});

test('what is no picture is refused by name', async () => {
  await assert.rejects(checkImage(Buffer.alloc(0)), /no known kind of file/);
  await assert.rejects(checkImage(Buffer.from('hello')), /no known kind of file/);
  await assert.rejects(checkImage(mp4()), /video\/mp4/);
  await assert.rejects(checkImage(Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')), /image\/gif/);
});

test('the header of every kind of picture tells its size', () => {
  for (const type of TYPES) {
    for (const [width, height] of [
      [1, 1],
      [40, 20],
      [3_000, 17],
    ] as const)
      assert.deepEqual(imageSizeOf(type, picture(type, width, height)), { width, height }, type);
  }
  const canvas = createCanvas(300, 200);
  for (const quality of [50, 100]) {
    const lossyOrNot = canvas.toBuffer('image/webp', quality);
    assert.deepEqual(imageSizeOf('image/webp', lossyOrNot), { width: 300, height: 200 }, String(quality));
  }
});

test('a small file that claims a huge picture is refused before it is decoded', async () => {
  for (const type of TYPES) {
    const bytes = hugePicture(type, 16_000);
    assert.ok(bytes.length < 200_000, `${bytes.length}`);
    const before = process.resourceUsage().maxRSS;
    await assert.rejects(checkImage(bytes), /16000x16000 pixels, which is more than 64 million/, type);
    // Decoded it has a gigabyte.
    assert.ok(process.resourceUsage().maxRSS - before < 300_000);
  }
});
