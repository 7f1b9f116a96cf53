import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { sha256OfFile } from '../../lib/media/hash.ts';
import { mediaTypeOf, mediaTypeOfFile } from '../../lib/media/sniff.ts';
import { mp4, picture, webp } from '../support/media.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('the media type comes from the bytes, never from the name', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'picture.txt');
  const samples: [Buffer, string][] = [
    [mp4(), 'video/mp4'],
    [webp(), 'image/webp'],
    [picture('image/png'), 'image/png'],
    [picture('image/jpeg'), 'image/jpeg'],
    [Buffer.from('plain text'), 'application/octet-stream'],
    [Buffer.alloc(0), 'application/octet-stream'],
  ];
  for (const [bytes, type] of samples) {
    assert.equal(await mediaTypeOf(bytes), type);
    await writeFile(file, bytes);
    assert.equal(await mediaTypeOfFile(file), type);
  }
});

test('the hash of a file is that of its bytes', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'large');
  const bytes = Buffer.alloc(300_000, 'abc');
  await writeFile(file, bytes);
  assert.equal(await sha256OfFile(file), createHash('sha256').update(bytes).digest('hex'));
});
