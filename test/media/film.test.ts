import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { VideoToolsetError } from '../../lib/errors.ts';
import { clipFacts } from '../../lib/media/clipFacts.ts';
import { concatenate, type FilmPart, isOneKind } from '../../lib/media/concatenate.ts';
import { lastFrame } from '../../lib/media/lastFrame.ts';
import { standardise, standardOf } from '../../lib/media/standardise.ts';
import { decodeFrame, missing, probe, psnr } from '../studio/engines/animatic/support.ts';
import { temporaryFolder } from '../support/temporary.ts';

const run = promisify(execFile);
const skip = missing('ffmpeg', 'ffprobe');

interface Made {
  size?: string;
  fps?: number;
  seconds?: number;
  /** Changes the picture, so that clips are told apart. */
  hue?: number;
  sound?: boolean;
  more?: string[];
}

/** A clip with B-frames and sound, as servers make them. */
async function made(folder: string, name: string, options: Made = {}): Promise<FilmPart> {
  const { size = '160x90', fps = 24, seconds = 1, hue = 0, sound = true, more = [] } = options;
  const file = path.join(folder, name);
  const tone = ['-f', 'lavfi', '-i', `sine=frequency=${300 + hue}:sample_rate=48000:duration=${seconds}`];
  await run('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${fps}:duration=${seconds}`],
    ...(sound ? tone : []),
    ...['-vf', `hue=h=${hue},format=yuv420p`, '-c:v', 'libx264', '-preset', 'medium', '-g', '12', '-bf', '3'],
    ...['-c:a', 'aac', ...more, file],
  ]);
  return { path: file, facts: await clipFacts(file, name) };
}

async function countsOf(file: string): Promise<{ frames: number; seconds: number }> {
  const entries = ['-select_streams', 'v:0', '-count_frames', '-show_entries', 'stream=nb_read_frames:format=duration'];
  const { streams, format } = JSON.parse(await probe(file, ...entries, '-of', 'json'));
  return { frames: Number(streams[0].nb_read_frames), seconds: Number(format.duration) };
}

/** The film's pictures at each seam are the last one of a clip and the first one of the next. */
async function assertSeams(film: string, parts: readonly FilmPart[], least: number): Promise<void> {
  let first = 0;
  for (const { path: clip, facts } of parts) {
    for (const [inFilm, inClip] of [
      [first, 0],
      [first + facts.frames - 1, facts.frames - 1],
    ]) {
      const likeness = psnr(await decodeFrame(film, inFilm ?? 0), await decodeFrame(clip, inClip ?? 0));
      assert.ok(likeness > least, `frame ${inFilm} of the film: ${likeness} dB`);
    }
    first += facts.frames;
  }
}

test('clips of one kind become one film, picture by picture, without being encoded again', { skip }, async () => {
  await using folder = await temporaryFolder();
  const lengths = [1, 0.5, 1.25];
  const clips = lengths.map((seconds, index) => made(folder.path, `${index}.mp4`, { seconds, hue: 90 * index }));
  const parts = await Promise.all(clips);
  assert.ok(isOneKind(parts));
  const film = path.join(folder.path, 'film.mp4');
  assert.deepEqual(await concatenate(parts, film), { frames: 66, seconds: 2.75 });
  const { frames, seconds } = await countsOf(film);
  assert.equal(frames, 66);
  assert.ok(Math.abs(seconds - 2.75) < 0.03, `${seconds} s`);
  await assertSeams(film, parts, 90);
  const packets = (await clipFacts(film, 'film')).audio?.packets ?? 0;
  assert.ok(Math.abs(packets - (2.75 * 48_000) / 1_024) < 4, 'the sound is as long as the picture');
  const bytes = await readFile(film);
  assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), 'its index comes first');
});

test('clips of several kinds are brought to the first one, and their pictures still add up', { skip }, async () => {
  await using folder = await temporaryFolder();
  const parts = [
    await made(folder.path, 'a.mp4', { seconds: 1 }),
    await made(folder.path, 'b.mp4', { size: '90x160', fps: 30, hue: 90 }),
    await made(folder.path, 'c.mp4', { sound: false, hue: 180, seconds: 0.5 }),
  ];
  assert.equal(isOneKind(parts), false);
  const standard = standardOf(parts);
  assert.deepEqual(standard, { width: 160, height: 90, fps: '24', hasSound: true });
  const alike: FilmPart[] = [];
  for (const [index, part] of parts.entries()) {
    const target = path.join(folder.path, `standard-${index}.mp4`);
    await standardise(part, standard, target);
    alike.push({ path: target, facts: await clipFacts(target, 'x') });
  }
  assert.ok(isOneKind(alike));
  const film = path.join(folder.path, 'film.mp4');
  assert.equal((await concatenate(alike, film)).frames, 60);
  assert.equal((await countsOf(film)).frames, 60);
  await assertSeams(film, alike, 90);
  const likeness = psnr(await decodeFrame(film, 0), await decodeFrame(parts[0]?.path ?? '', 0));
  assert.ok(likeness > 30, `${likeness} dB`);
});

test('the last frame is the last one, whatever the rate, and where the sound is longer than the picture', {
  skip,
}, async () => {
  await using folder = await temporaryFolder();
  const clips = [
    await made(folder.path, 'usual.mp4', { seconds: 2 }),
    await made(folder.path, 'short.mp4', { seconds: 0.25 }),
    await made(folder.path, 'slow.mp4', { seconds: 4, fps: 1 }),
    await made(folder.path, 'sound.mp4', { seconds: 3, more: ['-frames:v', '12'] }),
    await made(folder.path, 'slow sound.mp4', { seconds: 20, fps: 0.25, more: ['-frames:v', '2'] }),
  ];
  for (const { path: clip, facts } of clips) {
    const picture = `${clip}.png`;
    await writeFile(picture, await lastFrame(clip));
    assert.ok(psnr(await decodeFrame(picture, 0), await decodeFrame(clip, facts.frames - 1)) > 60, clip);
  }
});

test('a clip whose sound is longer than its pictures is not held in memory as pictures', { skip }, async () => {
  await using folder = await temporaryFolder();
  const noise = [
    '-vf',
    'noise=alls=100:allf=t,format=yuv420p',
    '-preset',
    'ultrafast',
    '-crf',
    '5',
    '-af',
    'apad=pad_dur=4',
  ];
  const { path: clip } = await made(folder.path, 'noise.mp4', { size: '1280x720', seconds: 6, more: noise });
  const program = `
    const { lastFrame } = await import(${JSON.stringify(path.resolve('lib/media/lastFrame.ts'))});
    const { length } = await lastFrame(${JSON.stringify(clip)});
    console.log(length, Math.round(process.resourceUsage().maxRSS / 1024));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
  const [bytes = 0, megabytes = 0] = stdout.split(' ').map(Number);
  assert.ok(bytes > 1_000_000 && megabytes < 250, stdout);
});

test('a small file that claims to last for days is not taken for a clip', { skip }, async () => {
  await using folder = await temporaryFolder();
  const gap = [
    '-vf',
    "setpts='if(eq(N,11),1000000/TB,PTS)'",
    '-fps_mode',
    'passthrough',
    '-video_track_timescale',
    '1000',
  ];
  await assert.rejects(made(folder.path, 'gap.mp4', { seconds: 0.5, sound: false, more: gap }), {
    code: 'invalid_media',
    message: 'The clip gap.mp4 cannot be read: it claims to last 1000000 seconds, and 3600 are the most',
  });
});

test('an ffmpeg that is ended from outside says nothing of the clip', async () => {
  await using folder = await temporaryFolder();
  const { PATH } = process.env;
  process.env.PATH = `${folder.path}:${PATH}`;
  try {
    // What it says of itself where it is asked to end, and where nobody asked it.
    for (const end of ['exit 255', 'kill -KILL $$']) {
      await writeFile(path.join(folder.path, 'ffmpeg'), `#!/bin/sh\n${end}\n`, { mode: 0o755 });
      await assert.rejects(lastFrame('boat.mp4'), (error: unknown) => {
        assert.ok(error instanceof VideoToolsetError);
        assert.deepEqual([error.code, error.facts.retryable], ['internal', true], end);
        return true;
      });
    }
  } finally {
    process.env.PATH = PATH;
  }
});

test('what is no clip is told apart from a machine without ffmpeg', { skip }, async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'boat.mp4');
  await writeFile(file, 'no clip');
  await assert.rejects(clipFacts(file, 'boat.mp4'), {
    code: 'invalid_media',
    message: /The clip boat\.mp4 cannot be read/,
  });
  await assert.rejects(lastFrame(file), (error: Error) => {
    assert.match(error.message, /^ffmpeg could not read the clip: /);
    assert.ok(!error.message.includes(folder.path), error.message);
    return true;
  });
  const { PATH } = process.env;
  process.env.PATH = folder.path;
  try {
    await assert.rejects(lastFrame(file), { code: 'missing_package', message: /ffmpeg, which is not on the PATH/ });
  } finally {
    process.env.PATH = PATH;
  }
});
