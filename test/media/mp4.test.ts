import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { isWholeMp4, mp4Seconds } from '../../lib/media/mp4.ts';
import { mp4, picture, timedMp4 } from '../support/media.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('the length that an MP4 states is read, in the short and in the long form', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'clip.mp4');
  for (const form of ['short', 'long'] as const) {
    await writeFile(file, timedMp4(7.5, form));
    assert.ok(await isWholeMp4(file));
    assert.equal(await mp4Seconds(file), 7.5, form);
  }
});

test('what states no length has none: an empty index, a cut file, no MP4', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'clip.mp4');
  const whole = timedMp4(4);
  for (const bytes of [
    mp4(),
    timedMp4(0),
    whole.subarray(0, whole.length - 90),
    picture('image/png'),
    Buffer.alloc(0),
  ]) {
    await writeFile(file, bytes);
    assert.equal(await mp4Seconds(file), undefined);
  }
});
