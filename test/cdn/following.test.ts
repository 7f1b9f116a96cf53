import assert from 'node:assert/strict';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Cdn, createCdn } from '../../lib/cdn/cdn.ts';
import { follow } from '../../lib/cdn/following.ts';
import { createLocalCdn } from '../../lib/cdn/local.ts';
import { openWorkspace } from '../../lib/workspace.ts';
import { mp4 } from '../support/media.ts';
import { until } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';

const CLIP = mp4(Buffer.alloc(3_000_000, 'frames and frames '));

async function openCdn(folder: string, cdn = pathToFileURL(path.join(folder, 'cdn'))): Promise<Cdn> {
  return createCdn({ cdn }, openWorkspace(folder, { reserved: [fileURLToPath(cdn)] }));
}

test('a file is sent while it grows, and is public at once when it is whole', async () => {
  await using folder = await temporaryFolder();
  const cdn = await openCdn(folder.path);
  const file = path.join(folder.path, 'clip.mp4');
  const following = cdn.follow();
  await writeFile(file, '');
  for (let written = 0; written < CLIP.length; written += 500_000) {
    await appendFile(file, CLIP.subarray(written, written + 500_000));
    following.writtenTo(file, Math.min(CLIP.length, written + 500_000));
    assert.deepEqual(await cdn.list(), [], 'nothing is public before it is whole');
  }
  const { url, key, bytes } = await cdn.upload('clip.mp4', { following });
  assert.equal(bytes, CLIP.length);
  assert.ok((await readFile(new URL(url))).equals(CLIP));
  assert.deepEqual(
    (await cdn.list()).map((entry) => entry.key),
    [key],
  );
});

test('a file that is begun anew is sent anew, and only the last bytes count', async () => {
  await using folder = await temporaryFolder();
  const cdn = await openCdn(folder.path);
  const file = path.join(folder.path, 'clip.mp4');
  const following = cdn.follow();
  await writeFile(file, Buffer.concat([CLIP.subarray(0, 100), Buffer.alloc(900_000, 'x')]));
  following.writtenTo(file, 900_100);
  await truncate(file);
  following.writtenTo(file, 0);
  await writeFile(file, CLIP);
  following.writtenTo(file, CLIP.length);
  const { url } = await cdn.upload('clip.mp4', { following });
  assert.ok((await readFile(new URL(url))).equals(CLIP));
});

test('a file whose bytes were written over is not taken from what was sent before', async () => {
  await using folder = await temporaryFolder();
  const cdn = await openCdn(folder.path);
  const file = path.join(folder.path, 'clip.mp4');
  await writeFile(file, mp4(Buffer.alloc(3_000_000, 'others of this length ').subarray(0, 3_000_000)));
  const following = cdn.follow();
  following.writtenTo(file, CLIP.length);
  await following.sent();
  await writeFile(file, CLIP);
  const sha256 = await sha256Of(CLIP);
  const published = await cdn.upload('clip.mp4', { following, sha256 });
  assert.equal(published.sha256, sha256);
  assert.ok((await readFile(new URL(published.url))).equals(CLIP));
});

test('a place that cannot be reached is no matter for the writer, and what was stopped leaves nothing', async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, 'cdn'), 'a file in its place');
  const cdn = await openCdn(folder.path);
  const file = path.join(folder.path, 'clip.mp4');
  await writeFile(file, CLIP);
  const following = cdn.follow();
  following.writtenTo(file, CLIP.length);
  await assert.rejects(cdn.upload('clip.mp4', { following }));
  await following.abort();

  const well = await openCdn(folder.path, pathToFileURL(path.join(folder.path, 'well')));
  const stopped = well.follow();
  stopped.writtenTo(file, 2_000_000);
  const staging = path.join(folder.path, 'well', '.staging');
  await until(async () => (await namesIn(staging)).length === 1);
  await stopped.abort();
  assert.deepEqual(await namesIn(staging), []);
});

test('an upload that hangs can be given up', { timeout: 10_000 }, async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'clip.mp4');
  await writeFile(file, CLIP);
  const begun = Promise.withResolvers<void>();
  let isAborted = false;
  // A place that takes the first bytes, and then says nothing more.
  const stream = new Writable({ write: () => begun.resolve() });
  const abort = async () => {
    isAborted = true;
  };
  const upload = { stream, commit: async () => 'sha256' as const, abort };
  const driver = { ...createLocalCdn({ folder: folder.path }), open: async () => upload };
  const following = follow(async () => driver);
  following.writtenTo(file, CLIP.length);
  await begun.promise;
  // By then all that lies between is full.
  await sleep(100);
  await following.abort();
  assert.ok(isAborted);
});

test('a file that was begun anew, and has grown past what was sent since, is sent from its first byte', async () => {
  await using folder = await temporaryFolder();
  const cdn = createLocalCdn({ folder: path.join(folder.path, 'cdn') });
  const file = path.join(folder.path, 'clip.mp4');
  await writeFile(file, Buffer.alloc(600_000, 'x'));
  const following = follow(async () => cdn);
  following.writtenTo(file, 600_000);
  const staging = path.join(folder.path, 'cdn', '.staging');
  await until(async () => (await namesIn(staging)).length === 1);
  await writeFile(file, CLIP);
  // Both are told before the reader looks again.
  following.writtenTo(file, 0);
  following.writtenTo(file, CLIP.length);
  const sink = await following.sent();
  assert.equal(sink.sha256(), await sha256Of(CLIP));
  await sink.abort();
});

async function namesIn(folder: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises');
  return await readdir(folder).catch(() => []);
}

async function sha256Of(bytes: Buffer): Promise<string> {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(bytes).digest('hex');
}
