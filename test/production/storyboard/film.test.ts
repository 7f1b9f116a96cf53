import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runStoryboard } from '../../../lib/production/storyboard/runStoryboard.ts';
import { framesIn, missing, psnr } from '../../studio/engines/animatic/support.ts';
import { CHROMIUM_MISSING, launchBrowser } from '../../support/browser.ts';
import { openPlayer } from '../../support/player.ts';
import { openStudio } from '../../support/studio.ts';
import { openTools, type TestTools } from '../../tools/support.ts';
import { loadInto, smallAnimatic } from './support.ts';

const run = promisify(execFile);
const skip = missing('ffmpeg', 'ffprobe');

/** Of a clip that `smallAnimatic` draws. */
const FRAMES = 24;

/** A chain of six, each from the last frame of the one before, and six beside it. */
const TWELVE = `title: Twelve
defaults: { seconds: 4, size: 1280x720 }
shots:
  - { id: c1, prompt: A harbour at dawn }
${[2, 3, 4, 5, 6].map((index) => `  - { id: c${index}, prompt: A harbour ${index} hours later, continue_from: c${index - 1} }`).join('\n')}
${[1, 2, 3, 4, 5, 6].map((index) => `  - { id: s${index}, prompt: A boat with ${index} sails <&> }`).join('\n')}
output: { poster: 1.5 }
`;

/** RGBA of every picture. */
async function everyFrame(video: string): Promise<Uint8Array[]> {
  const format = ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-'];
  const options = { encoding: 'buffer', maxBuffer: 128 * 2 ** 20 } as const;
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', video, ...format], options);
  const bytes = 320 * 180 * 4;
  return Array.from({ length: stdout.length / bytes }, (_, index) =>
    stdout.subarray(index * bytes, (index + 1) * bytes),
  );
}

async function fileOf({ runtime, workspace }: TestTools, board: string, shot: string): Promise<string> {
  const ledger = await runtime.ledger();
  const clip = await ledger.get((await ledger.storyboards.shot(board, shot))?.clip ?? '');
  return path.join(workspace, clip?.file?.path ?? assert.fail(`${shot} has no file`));
}

test('a chain of six and six beside it become a film of twelve that plays and seeks in Chromium', {
  skip: skip || CHROMIUM_MISSING,
  timeout: 120_000,
}, async () => {
  await using studio = await openStudio({ engine: smallAnimatic() });
  await using tools = await openTools({ baseUrl: studio.baseUrl, server: 'studio' });
  const board = await loadInto(tools, TWELVE);
  const { totals, film, contact_sheet } = await runStoryboard(board, tools.runtime);
  assert.deepEqual(totals.states, { published: 12 });
  const location = path.join(tools.workspace, film?.file.path ?? assert.fail('there is no film'));
  assert.ok(film?.published?.poster_url, 'it has no poster');

  const seen = await everyFrame(location);
  assert.equal(seen.length, 12 * FRAMES);
  const ids = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 's1', 's2', 's3', 's4', 's5', 's6'];
  for (const [index, id] of ids.entries()) {
    const clip = await everyFrame(await fileOf(tools, board, id));
    for (const frame of [0, FRAMES - 1]) {
      const likeness = psnr(seen[index * FRAMES + frame] ?? [], clip[frame] ?? []);
      assert.ok(likeness > 90, `frame ${frame} of ${id}: ${likeness} dB`);
    }
    if (index === 0 || index > 5) continue;
    // The engine draws the picture that it begins with at its own size, and encodes it: it is alike, not the same.
    const seam = psnr(seen[index * FRAMES - 1] ?? [], seen[index * FRAMES] ?? []);
    assert.ok(seam > 24, `${id} does not begin where the one before it ends: ${seam} dB`);
  }

  await using browser = await launchBrowser(path.join(tools.folder, 'browser'));
  const page = await browser.context.newPage();
  await page.goto(pathToFileURL(path.join(tools.workspace, contact_sheet)).href);
  assert.equal(await page.title(), 'Twelve');
  assert.match(await page.innerText('#s3'), /s3 published\s+A boat with 3 sails <&>/);
  assert.match(await page.innerText('#c2'), /continue from c1/);
  assert.equal(await page.locator('article video').count(), 12);
  const players: unknown[] = await page.evaluate(
    `Promise.all([...document.querySelectorAll('video')].map(loaded))${LOADED}`,
  );
  assert.deepEqual(players, [12, ...Array(12).fill(1)]);
  const posters: number[] = await page.evaluate(
    `Promise.all([...document.querySelectorAll('video')].map(posterWidth))${LOADED}`,
  );
  assert.ok(
    posters.every((width) => width > 0),
    String(posters),
  );

  await using player = await openPlayer(browser.context, location);
  for (const second of [3, 11, 6]) {
    const likeness = psnr(await player.seek(second + 0.5 / FRAMES), seen[second * FRAMES] ?? []);
    assert.ok(likeness > 25, `at ${second} s: ${likeness} dB`);
  }
  assert.equal(await player.playFrom(10.5), 12);
});

test('the same clips make no film again; other ones, or another order, do', { skip }, async () => {
  await using studio = await openStudio({ engine: smallAnimatic() });
  await using tools = await openTools({ baseUrl: studio.baseUrl, server: 'studio' });
  const text = (order: string) => `title: Two
shots:
  - { id: a, prompt: A boat, variations: 2 }
  - { id: b, prompt: A tram }
output: { publish: false, order: [${order}] }
`;
  const made = async (order: string) => (await runStoryboard(await loadInto(tools, text(order)), tools.runtime)).film;
  const first = await made('a, b');
  assert.equal(first?.published, undefined);
  assert.deepEqual(await made('a, b'), first);
  await rm(path.join(tools.workspace, first?.file.path ?? ''));
  assert.equal((await made('a, b'))?.file.bytes, first?.file.bytes, 'it is made again where it is gone');
  const other = await made('a.2, b, a');
  assert.notEqual(other?.hash, first?.hash);
  assert.equal(await framesIn(path.join(tools.workspace, other?.file.path ?? '')), 3 * FRAMES);
});

test('a film leaves out what a longer shot holds, and further takes', { skip }, async () => {
  await using studio = await openStudio({ engine: smallAnimatic() });
  await using tools = await openTools({ baseUrl: studio.baseUrl, server: 'studio' });
  const board = await loadInto(
    tools,
    `title: Longer
defaults: { seconds: 4 }
shots:
  - { id: boat, prompt: A boat, variations: 2 }
  - { id: landing, prompt: It lands, extends: boat }
`,
  );
  const { film } = await runStoryboard(board, tools.runtime);
  const longer = await framesIn(await fileOf(tools, board, 'landing'));
  assert.ok(longer > FRAMES);
  assert.equal(await framesIn(path.join(tools.workspace, film?.file.path ?? '')), longer);
});

test('clips that a person brought to another shape are brought together again, and it is told where ffmpeg is missing', {
  skip,
}, async () => {
  await using studio = await openStudio({ engine: smallAnimatic() });
  await using tools = await openTools({ baseUrl: studio.baseUrl, server: 'studio' });
  const board = await loadInto(
    tools,
    'title: Shapes\nshots: [{ id: a, prompt: A boat }, { id: b, prompt: A tram }]\noutput: { publish: false }',
  );
  await runStoryboard(board, tools.runtime);
  const clip = await fileOf(tools, board, 'b');
  await run('ffmpeg', ['-v', 'error', '-i', clip, '-vf', 'scale=180:320', '-an', `${clip}.mp4`]);
  await rename(`${clip}.mp4`, clip);
  await rm(path.join(tools.workspace, 'storyboards'), { recursive: true });
  const { PATH } = process.env;
  process.env.PATH = tools.folder;
  try {
    const { filmError, totals } = await runStoryboard(board, tools.runtime);
    assert.equal(filmError?.code, 'missing_package');
    assert.deepEqual(totals.states, { published: 2 });
  } finally {
    process.env.PATH = PATH;
  }
  const { film } = await runStoryboard(board, tools.runtime);
  assert.equal(await framesIn(path.join(tools.workspace, film?.file.path ?? assert.fail())), 2 * FRAMES);
});

/** What the page is asked for; it has no script of its own. */
const LOADED = `;
function heard(video, name) { return new Promise((resolve) => video.addEventListener(name, resolve, { once: true })); }
async function loaded(video) {
  video.muted = true;
  video.preload = 'auto';
  if (video.readyState < 2) await heard(video, 'loadeddata');
  return Math.round(video.duration);
}
async function posterWidth(video) {
  const image = new Image();
  image.src = video.poster;
  await image.decode();
  return image.naturalWidth;
}`;
