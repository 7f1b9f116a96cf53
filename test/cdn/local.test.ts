import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Cdn, createCdn } from '../../lib/cdn/cdn.ts';
import { createLocalCdn } from '../../lib/cdn/local.ts';
import { openWorkspace } from '../../lib/workspace.ts';
import type { Config } from '../../types/config.ts';
import { mp4, picture } from '../support/media.ts';
import { NEEDS_ROOT, temporaryDisk, temporaryFolder } from '../support/temporary.ts';
import { serveFolder } from '../support/web.ts';

interface TestCdn extends AsyncDisposable {
  cdn: Cdn;
  workspace: string;
  published: string;
  /** Every file below the CDN's folder, staging included. */
  stored(): Promise<string[]>;
}

async function openCdn(options: Partial<Pick<Config, 'cdn' | 'cdnPublicUrl'>> = {}): Promise<TestCdn> {
  const folder = await temporaryFolder();
  const workspace = path.join(folder.path, 'videos');
  await mkdir(workspace);
  const location = options.cdn ?? pathToFileURL(path.join(workspace, 'published'));
  const published = fileURLToPath(location);
  const cdn = createCdn({ ...options, cdn: location }, openWorkspace(workspace, { reserved: [published] }));
  return {
    cdn,
    workspace,
    published,
    async stored() {
      if (!existsSync(published)) return [];
      const entries = await readdir(published, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(published, path.join(entry.parentPath, entry.name)));
    },
    async [Symbol.asyncDispose]() {
      await cdn.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const LARGE = mp4(Buffer.alloc(4 * 1024 * 1024, 'frames '));

test('a clip is published whole, at an address that holds its bytes', async () => {
  await using test = await openCdn();
  await writeFile(path.join(test.workspace, 'A boat.mp4'), LARGE);
  const during: string[] = [];
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) during.push(...(await test.cdn.list()).map(({ bytes }) => String(bytes)));
  })();
  const progress: number[] = [];
  const file = await test.cdn.upload('A boat.mp4', { onProgress: (bytes) => progress.push(bytes) });
  isWatching = false;
  await watching;

  assert.equal(file.path, 'A boat.mp4');
  assert.equal(file.content_type, 'video/mp4');
  assert.equal(file.bytes, LARGE.length);
  assert.equal(file.sha256, sha256Of(LARGE));
  assert.match(file.key, /^\d{4}\/\d{2}\/a-boat-[0-9a-f]{8}\.mp4$/);
  assert.deepEqual(await readFile(new URL(file.url)), LARGE);
  assert.ok(
    during.every((bytes) => bytes === String(LARGE.length)),
    'a part of the clip was public',
  );
  assert.equal(progress.at(-1), LARGE.length);
  assert.deepEqual(await test.stored(), [file.key]);
});

test('the same file again has the same address, and no second copy', async () => {
  await using test = await openCdn();
  const source = path.join(test.workspace, 'boat.mp4');
  await writeFile(source, LARGE);
  const first = await test.cdn.upload('boat.mp4');
  const { ino } = await stat(new URL(first.url));
  const again = await Promise.all([
    test.cdn.upload('boat.mp4'),
    test.cdn.upload(source),
    test.cdn.upload('./boat.mp4'),
  ]);

  for (const file of again) assert.deepEqual(file, first);
  assert.equal((await stat(new URL(first.url))).ino, ino);
  assert.deepEqual(await test.stored(), [first.key]);
});

test('other bytes under the key are refused, and the old ones stay', async () => {
  await using test = await openCdn();
  await writeFile(path.join(test.workspace, 'boat.mp4'), mp4('one'));
  const { url } = await test.cdn.upload('boat.mp4');
  writeFileSync(new URL(url), 'somebody else');

  await assert.rejects(test.cdn.upload('boat.mp4'), { code: 'publish_failed', message: /Other bytes already stand/ });
  assert.equal(readFileSync(new URL(url), 'utf8'), 'somebody else');
  assert.equal((await test.stored()).length, 1);
});

test('published files are listed newest first, by prefix, and what is staged never', async () => {
  await using test = await openCdn();
  await writeFile(path.join(test.workspace, 'old.mp4'), mp4('old'));
  await writeFile(path.join(test.workspace, 'new.png'), picture('image/png'));
  const old = await test.cdn.upload('old.mp4');
  const recent = await test.cdn.upload('new.png');
  await utimes(new URL(old.url), 1, 1);
  const driver = createLocalCdn({ folder: test.published });
  const staged = await driver.open({ contentType: 'video/mp4' });
  staged.stream.write('half');

  assert.deepEqual(
    (await test.cdn.list()).map(({ key }) => key),
    [recent.key, old.key],
  );
  assert.deepEqual(
    (await test.cdn.list({ limit: 1 })).map(({ key }) => key),
    [recent.key],
  );
  assert.deepEqual(
    (await test.cdn.list({ prefix: old.key.slice(0, 12) })).map(({ url }) => url),
    [old.url],
  );
  for (const prefix of ['1999/', '.staging', '../', '/']) assert.deepEqual(await test.cdn.list({ prefix }), []);
  await staged.abort();
  assert.deepEqual((await test.stored()).sort(), [old.key, recent.key].sort());
});

test('a folder that does not exist yet lists nothing and is not made', async () => {
  await using test = await openCdn();
  assert.deepEqual(await test.cdn.list(), []);
  assert.equal(existsSync(test.published), false);
});

test('the public address stands before the percent-encoded key', async () => {
  await using folder = await temporaryFolder();
  await using web = await serveFolder(folder.path);
  await using test = await openCdn({ cdn: pathToFileURL(folder.path), cdnPublicUrl: `${web.origin}/clips` });
  await writeFile(path.join(test.workspace, 'Лодка на реке.mp4'), mp4());
  const { url, key } = await test.cdn.upload('Лодка на реке.mp4');
  assert.ok(url.startsWith(`${web.origin}/clips/`));
  assert.match(url, /\/clips\/\d{4}\/\d{2}\/%D0%BB[\w%-]+\.mp4$/);
  assert.equal(decodeURIComponent(new URL(url).pathname), `/clips/${key}`);
  assert.equal((await test.cdn.list())[0]?.url, url);
});

test('what is neither a clip nor a picture is not published, whatever its name', async () => {
  await using test = await openCdn();
  await writeFile(path.join(test.workspace, 'notes.mp4'), 'just words');
  await writeFile(path.join(test.workspace, 'page.png'), '<html><script>alert(1)</script></html>');
  for (const name of ['notes.mp4', 'page.png']) {
    await assert.rejects(test.cdn.upload(name), { code: 'invalid_media' });
  }
  assert.deepEqual(await test.stored(), []);
});

for (const [what, change] of [
  ['grows', (file: string) => appendFileSync(file, 'more')],
  ['is cut off', (file: string) => truncateSync(file, 100_000)],
  [
    'is written over',
    (file: string) => {
      writeFileSync(file, mp4(Buffer.alloc(4 * 1024 * 1024, 'others ')));
      utimesSync(file, 1_000, 1_000);
    },
  ],
] as const) {
  test(`a file that ${what} while it is published is not published`, async () => {
    await using test = await openCdn();
    const source = path.join(test.workspace, 'boat.mp4');
    await writeFile(source, LARGE);
    let isChanged = false;
    const onProgress = () => {
      if (!isChanged) change(source);
      isChanged = true;
    };
    await assert.rejects(test.cdn.upload('boat.mp4', { onProgress }), { code: 'publish_failed', message: /changed/ });
    assert.deepEqual(await test.stored(), []);
    assert.equal((await test.cdn.upload('boat.mp4')).sha256, sha256Of(await readFile(source)));
  });
}

test('a file that is moved away while it is published is not published', async () => {
  await using test = await openCdn();
  const source = path.join(test.workspace, 'boat.mp4');
  await writeFile(source, LARGE);
  let moved: Promise<void> | undefined;
  const onProgress = () => {
    moved ??= rename(source, `${source}.gone`);
  };
  await assert.rejects(test.cdn.upload('boat.mp4', { onProgress }), { code: 'file_not_found' });
  await moved;
  assert.deepEqual(await test.stored(), []);
});

test('stopping leaves nothing public and nothing staged', async () => {
  await using test = await openCdn();
  await writeFile(path.join(test.workspace, 'boat.mp4'), LARGE);
  const abort = new AbortController();
  const stopped = test.cdn.upload('boat.mp4', { signal: abort.signal, onProgress: () => abort.abort() });
  await assert.rejects(stopped, { code: 'aborted' });
  await assert.rejects(test.cdn.upload('boat.mp4', { signal: AbortSignal.abort() }), { code: 'aborted' });
  assert.deepEqual(await test.stored(), []);
});

test('an upload that is given up before it began leaves nothing staged', async () => {
  await using test = await openCdn();
  const driver = createLocalCdn({ folder: test.published });
  for (let round = 0; round < 20; round++) await (await driver.open({ contentType: 'video/mp4' })).abort();
  assert.deepEqual(await test.stored(), []);
});

test('bytes that are not what was promised stay out of sight', async () => {
  await using test = await openCdn();
  const driver = createLocalCdn({ folder: test.published });
  const upload = await driver.open({ contentType: 'video/mp4' });
  upload.stream.end(mp4('one'));
  await once(upload.stream, 'finish');
  const proof = { bytes: 1, sha256: sha256Of(Buffer.from('another')) };
  await assert.rejects(upload.commit('2026/11/x.mp4', proof), { code: 'publish_failed' });
  await upload.abort();
  assert.equal(await driver.head('2026/11/x.mp4'), undefined);
  assert.deepEqual(await test.stored(), []);
});

test('a published file is found and removed by its key', async () => {
  await using test = await openCdn();
  await writeFile(path.join(test.workspace, 'boat.mp4'), mp4());
  const { key, sha256, bytes } = await test.cdn.upload('boat.mp4');
  const driver = createLocalCdn({ folder: test.published });
  const head = await driver.head(key);
  assert.deepEqual({ bytes: head?.bytes, sha256: head?.sha256 }, { bytes, sha256 });
  assert.equal(await driver.remove(key), true);
  assert.equal(await driver.remove(key), false);
  assert.equal(await driver.head(key), undefined);
});

test('a full disk is told as such, with nothing public and nothing staged', async (context) => {
  await using disk = await temporaryDisk('size=256k');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  await using test = await openCdn({ cdn: pathToFileURL(path.join(disk.path, 'clips')) });
  await writeFile(path.join(test.workspace, 'large.mp4'), LARGE);
  await writeFile(path.join(test.workspace, 'small.mp4'), mp4());
  await assert.rejects(test.cdn.upload('large.mp4'), { code: 'disk_full' });
  assert.deepEqual(await test.stored(), []);
  const { key } = await test.cdn.upload('small.mp4');
  assert.deepEqual(await test.stored(), [key]);
});
