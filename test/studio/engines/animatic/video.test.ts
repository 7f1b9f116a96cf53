import assert from 'node:assert/strict';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { createPainter } from '../../../../lib/studio/engines/animatic/painter.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { decodeFrame, difference, missing, paintFrame, probe, psnr, recipeOf, render } from './support.ts';

const skip = missing('ffmpeg', 'ffprobe');
const CLIPS = [
  { width: 1280, height: 720, seconds: 4, prompt: 'A horse gallops across a meadow' },
  { width: 720, height: 1280, seconds: 2, prompt: 'A cyclist in the rain at night, neon city' },
  { width: 1792, height: 1024, seconds: 1, prompt: 'A whale in the open sea' },
  { width: 1024, height: 1792, seconds: 1, prompt: 'A rocket in space' },
  { width: 1920, height: 1080, seconds: 1, prompt: 'A balloon over the desert' },
  { width: 66, height: 98, seconds: 1, prompt: 'A cat on a roof' },
];

for (const clip of CLIPS) {
  const { width, height, seconds } = clip;
  test(`a clip of ${width}x${height} is what players and the API expect, and shows what was painted`, {
    skip,
  }, async () => {
    await using folder = await temporaryFolder();
    const recipe = recipeOf(clip);
    const { video } = await render(recipe, folder.path);
    const entries = 'stream=codec_name,profile,width,height,pix_fmt,color_space,nb_frames,duration,r_frame_rate';
    const streams: unknown = JSON.parse(await probe(video, '-of', 'json', '-show_entries', entries));
    assert.partialDeepStrictEqual(streams, {
      streams: [
        {
          codec_name: 'h264',
          profile: 'Baseline',
          width,
          height,
          pix_fmt: 'yuv420p',
          color_space: 'bt709',
          nb_frames: String(seconds * 24),
          r_frame_rate: '24/1',
          duration: seconds.toFixed(6),
        },
        { codec_name: 'aac' },
      ],
    });
    assert.equal(await probe(video, '-of', 'csv=p=0', '-show_entries', 'format=duration'), seconds.toFixed(6));
    await assertKeyFrames(video, seconds);
    assert.ok((await boxes(video)).join(' ').startsWith('ftyp moov'));
    const painter = createPainter(recipe);
    const frames = [3, seconds * 24 - 2];
    const decoded = await Promise.all(frames.map((frame) => decodeFrame(video, frame)));
    for (const [index, frame] of frames.entries()) {
      const quality = psnr(decoded[index] ?? [], paintFrame(painter, frame));
      assert.ok(quality > 30, `frame ${frame}: ${quality} dB`);
    }
    assert.ok(difference(decoded[0] ?? [], decoded[1] ?? []) > 1);
  });
}

test('a render leaves three finished files and tells its progress truly', { skip }, async () => {
  await using folder = await temporaryFolder();
  const progress: [number, number][] = [];
  const recipe = recipeOf({ seconds: 2, width: 640, height: 360 });
  const files = await render(recipe, folder.path, { onProgress: (...report) => progress.push(report) });
  assert.deepEqual((await readdir(folder.path)).sort(), ['spritesheet.jpg', 'thumbnail.webp', 'video.mp4']);
  assert.deepEqual(progress.at(-1), [48, 48]);
  assert.ok(progress.every(([done], index) => done > (progress[index - 1]?.[0] ?? 0)));
  const thumbnail = await loadImage(files.thumbnail);
  assert.deepEqual([thumbnail.width, thumbnail.height], [640, 360]);
  const sheet = await loadImage(files.spritesheet);
  assert.deepEqual([sheet.width, sheet.height], [1280, 720]);
});

test('a clip of several segments and a reference image is as long as its parts and starts with the image', {
  skip,
}, async () => {
  await using folder = await temporaryFolder();
  const referencePath = join(folder.path, 'reference.webp');
  const image = createCanvas(300, 400);
  const context = image.getContext('2d');
  context.fillStyle = '#3366cc';
  context.fillRect(0, 0, 300, 400);
  await writeFile(referencePath, await image.encode('webp'));
  const recipe = {
    ...recipeOf({}),
    segments: [
      { prompt: 'A boat', seconds: 1.5 },
      { prompt: 'A storm', seconds: 0.5 },
    ],
  };
  const { video } = await render(recipe, folder.path, { referencePath });
  const counted = [
    '-count_packets',
    '-select_streams',
    'v',
    '-of',
    'csv=p=0',
    '-show_entries',
    'stream=nb_read_packets',
  ];
  assert.equal(await probe(video, ...counted), '48');
  const quality = psnr(
    await decodeFrame(video, 0),
    paintFrame(createPainter(recipe, await loadImage(referencePath)), 0),
  );
  assert.ok(quality > 30, `${quality} dB`);
});

async function assertKeyFrames(video: string, seconds: number): Promise<void> {
  const flags = await probe(video, '-select_streams', 'v', '-of', 'csv=p=0', '-show_entries', 'packet=flags');
  const keys = flags.split('\n').flatMap((flag, frame) => (flag.startsWith('K') ? [frame] : []));
  assert.equal(keys[0], 0);
  assert.ok(keys.length >= seconds && keys.length < seconds * 12, `${keys.length} key frames`);
  assert.ok(keys.every((frame, index) => frame - (keys[index - 1] ?? 0) <= 24));
}

/** Types of the boxes at the top of an MP4. */
async function boxes(video: string): Promise<string[]> {
  await using file = await open(video);
  const { size } = await file.stat();
  const types: string[] = [];
  for (let offset = 0; offset < size; ) {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, offset);
    types.push(buffer.toString('latin1', 4, 8));
    offset += Math.max(8, buffer.readUInt32BE(0));
  }
  return types;
}
