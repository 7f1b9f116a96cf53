import assert from 'node:assert/strict';
import { link, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { VideoToolsetError } from '../lib/errors.ts';
import { openWorkspace, type Workspace } from '../lib/workspace.ts';
import { NEEDS_ROOT, temporaryDisk, temporaryFolder } from './support/temporary.ts';

async function prepare(): Promise<AsyncDisposable & { workspace: Workspace; root: string; outside: string }> {
  const folder = await temporaryFolder();
  const root = path.join(folder.path, 'videos');
  const outside = path.join(folder.path, 'outside');
  await mkdir(path.join(root, 'sub'), { recursive: true });
  await mkdir(path.join(root, 'published'));
  await mkdir(outside);
  await writeFile(path.join(root, 'clip.mp4'), 'clip');
  await writeFile(path.join(root, 'sub', 'shot.png'), 'shot');
  await writeFile(path.join(root, '.env'), 'secret');
  await writeFile(path.join(root, 'published', 'old.mp4'), 'old');
  await writeFile(path.join(outside, 'passwd'), 'secret');
  const workspace = openWorkspace(root, { reserved: [path.join(root, 'published')] });
  return { workspace, root, outside, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

async function everything(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

async function source(folder: string, content = 'new'): Promise<string> {
  const file = path.join(folder, `source-${content}`);
  await writeFile(file, content);
  return file;
}

const OUTSIDE = { code: 'outside_workspace' };

test('a file inside is found, by whatever spelling, and shown by its relative path', async () => {
  await using place = await prepare();
  const { workspace, root } = place;
  for (const name of ['sub/shot.png', './sub/../sub//shot.png', path.join(root, 'sub/shot.png')]) {
    const file = await workspace.find(name);
    assert.equal(file.path, 'sub/shot.png');
    assert.equal(file.absolute, path.join(root, 'sub', 'shot.png'));
    assert.equal(file.bytes, 4);
  }
});

test('names that lead out, hidden names and reserved folders are refused to read and to write', async () => {
  await using place = await prepare();
  const { workspace, root, outside } = place;
  await symlink(path.join(outside, 'passwd'), path.join(root, 'link.txt'));
  await symlink(path.join(root, '.env'), path.join(root, 'env.txt'));
  await symlink(outside, path.join(root, 'linked'));
  await symlink(path.join(root, 'published'), path.join(root, 'pub'));
  const file = await source(outside);
  const before = await everything(path.dirname(root));
  const names = [
    '../outside/passwd',
    'sub/../../outside/passwd',
    path.join(outside, 'passwd'),
    '/etc/passwd',
    '..',
    '.env',
    'sub/.hidden/x',
    '.git/config',
    'link.txt',
    'env.txt',
    'linked/passwd',
    'linked/new.mp4',
    'linked/deep/new.mp4',
    'published/old.mp4',
    'published',
    'published/deep/new.mp4',
    'pub/old.mp4',
  ];
  for (const name of names) {
    await assert.rejects(workspace.find(name), OUTSIDE, name);
    await assert.rejects(workspace.check(name, { overwrite: true }), OUTSIDE, name);
    await assert.rejects(workspace.adopt(file, name, { overwrite: true }), OUTSIDE, name);
  }
  assert.deepEqual(await everything(path.dirname(root)), before);
  assert.equal(await readFile(path.join(outside, 'passwd'), 'utf8'), 'secret');
});

test('a refusal does not tell where the workspace or a file of the machine lies', async () => {
  await using place = await prepare();
  await assert.rejects(place.workspace.find(path.join(place.outside, 'passwd')), (error) => {
    assert.ok(error instanceof Error);
    assert.doesNotMatch(error.message, new RegExp(path.dirname(place.root)));
    return true;
  });
});

test('names that are no names are refused as arguments', async () => {
  await using place = await prepare();
  const { workspace, outside } = place;
  const file = await source(outside);
  const names = [
    '',
    '  ',
    'a\0b',
    'a\nb',
    'a\u007fb',
    'a\u009bb',
    'clip\u202e4pm.exe',
    'a\u2066b',
    'a\u061cb',
    'sub\\clip.mp4',
    '..\\clip.mp4',
    `${'x'.repeat(296)}.mp4`,
    `${'ü'.repeat(150)}/a`,
    'a/'.repeat(4_000),
  ];
  for (const name of [...names, 'clip.mp4/below']) {
    await assert.rejects(workspace.find(name), { code: 'invalid_argument' });
    await assert.rejects(workspace.check(name), { code: 'invalid_argument' });
    await assert.rejects(workspace.adopt(file, name), { code: 'invalid_argument' });
  }
  assert.equal(await readFile(file, 'utf8'), 'new');
});

test('a folder is no file, and a missing file and a dangling link are not found', async () => {
  await using place = await prepare();
  const { workspace, root, outside } = place;
  await symlink(path.join(root, 'nowhere'), path.join(root, 'dangling'));
  await symlink(path.join(root, 'loop'), path.join(root, 'loop'));
  for (const name of ['sub', '.', 'loop']) {
    await assert.rejects(workspace.find(name), { code: 'invalid_argument' }, name);
    await assert.rejects(workspace.adopt(await source(outside), name, { overwrite: true }), {
      code: name === 'loop' ? 'invalid_argument' : 'file_exists',
    });
  }
  for (const name of ['nothing.mp4', 'no/such/folder.mp4', 'dangling'])
    await assert.rejects(workspace.find(name), { code: 'file_not_found' }, name);
});

test('a dangling link that leads out is never written through', async () => {
  await using place = await prepare();
  const { workspace, root, outside } = place;
  await symlink(path.join(outside, 'planted'), path.join(root, 'file.mp4'));
  await symlink(path.join(outside, 'folder'), path.join(root, 'folder'));
  const file = await source(root);
  await assert.rejects(workspace.adopt(file, 'file.mp4'));
  await assert.rejects(workspace.adopt(file, 'folder/x.mp4'), (error) => error instanceof Error && 'code' in error);
  await workspace.adopt(file, 'file.mp4', { overwrite: true }).catch(() => undefined);
  assert.deepEqual(await everything(outside), ['passwd']);
});

test('an adopted file has its name, its bytes and its folders, and the source is gone', async () => {
  await using place = await prepare();
  const { workspace, outside } = place;
  const adopted = await workspace.adopt(await source(outside), 'deep/er/new.mp4');
  assert.equal(adopted.path, 'deep/er/new.mp4');
  assert.equal(await readFile(adopted.absolute, 'utf8'), 'new');
  assert.deepEqual(await everything(outside), ['passwd']);
});

test('a taken name is left as it was unless overwriting is asked for', async () => {
  await using place = await prepare();
  const { workspace, root, outside } = place;
  const file = await source(outside);
  await assert.rejects(workspace.check('clip.mp4'), { code: 'file_exists' });
  await assert.rejects(workspace.adopt(file, 'clip.mp4'), { code: 'file_exists' });
  assert.equal(await readFile(path.join(root, 'clip.mp4'), 'utf8'), 'clip');
  assert.equal(await readFile(file, 'utf8'), 'new');
  await workspace.check('clip.mp4', { overwrite: true });
  await workspace.adopt(file, 'clip.mp4', { overwrite: true });
  assert.equal(await readFile(path.join(root, 'clip.mp4'), 'utf8'), 'new');
});

test('checking a name makes nothing, not even the workspace', async () => {
  await using folder = await temporaryFolder();
  const workspace = openWorkspace(path.join(folder.path, 'videos'));
  await workspace.check('deep/new.mp4');
  await assert.rejects(workspace.adopt(await source(folder.path), '../new.mp4'), OUTSIDE);
  assert.deepEqual(await everything(folder.path), ['source-new']);
});

test('of many adoptions of one name at once exactly one wins', async () => {
  await using place = await prepare();
  const { workspace, root, outside } = place;
  await onlyOneWins(workspace, root, outside);
});

test('across file systems an adoption is as whole, as careful and as exclusive', async (context) => {
  await using disk = await temporaryDisk('size=4m');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  await using place = await prepare();
  const { workspace, root } = place;
  await assert.rejects(link(await source(disk.path), path.join(root, 'probe')), { code: 'EXDEV' });
  await assert.rejects(workspace.adopt(await source(disk.path), 'clip.mp4'), { code: 'file_exists' });
  await workspace.adopt(await source(disk.path), 'clip.mp4', { overwrite: true });
  assert.equal(await readFile(path.join(root, 'clip.mp4'), 'utf8'), 'new');
  assert.deepEqual(await everything(disk.path), []);
  await onlyOneWins(workspace, root, disk.path);
});

test('a workspace that can be written to is made on request, and nothing is left in it', async () => {
  await using folder = await temporaryFolder();
  const root = path.join(folder.path, 'not', 'yet');
  await openWorkspace(root).requireWritable();
  assert.deepEqual(await everything(root), []);
});

test('a workspace that cannot be is found out on request, and said without its path', async () => {
  await using folder = await temporaryFolder();
  const at = (...names: string[]) => path.join(folder.path, ...names);
  await writeFile(at('file'), '');
  await symlink(at('nowhere'), at('dangling'));
  for (const root of [at('file'), at('file', 'videos'), at('dangling'), at('dangling', 'videos'), '/proc/videos']) {
    const workspace = openWorkspace(root);
    for (const attempt of [() => workspace.requireWritable(), () => workspace.adopt(at('file'), 'clip.mp4')]) {
      await assert.rejects(attempt, (error) => {
        assert.ok(error instanceof VideoToolsetError, `${root}: ${error}`);
        assert.equal(error.code, 'storage_failed', root);
        assert.match(String(error.facts.next_step), /VIDEO_WORKSPACE/);
        assert.doesNotMatch(`${error.message} ${error.facts.next_step}`, /\//);
        return true;
      });
    }
  }
});

test('a workspace on a disk that is read-only, or full, is found out before anything is paid', async (context) => {
  await using readOnly = await temporaryDisk('ro');
  await using full = await temporaryDisk('size=64k');
  if (readOnly === undefined || full === undefined) return context.skip(NEEDS_ROOT);
  await assert.rejects(openWorkspace(readOnly.path).requireWritable(), { code: 'storage_failed' });
  const workspace = openWorkspace(full.path);
  await writeFile(path.join(full.path, 'ballast'), Buffer.alloc(64 * 1024));
  await assert.rejects(workspace.requireWritable(), { code: 'ENOSPC' });
  await rm(path.join(full.path, 'ballast'));
  await workspace.requireWritable();
  assert.deepEqual(await everything(full.path), []);
});

test('a full disk refuses an adoption and keeps nothing of it', async (context) => {
  await using disk = await temporaryDisk('size=64k');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'large');
  await writeFile(file, Buffer.alloc(200_000));
  await assert.rejects(openWorkspace(disk.path).adopt(file, 'large.mp4'), { code: 'ENOSPC' });
  assert.deepEqual(await everything(disk.path), []);
  assert.equal((await readFile(file)).length, 200_000);
});

async function onlyOneWins(workspace: Workspace, root: string, folder: string): Promise<void> {
  const contents = Array.from({ length: 12 }, (_, index) => `content-${index}`);
  const sources = await Promise.all(contents.map((content) => source(folder, content)));
  const results = await Promise.allSettled(sources.map((file) => workspace.adopt(file, 'once.mp4')));
  const winners = contents.filter((_, index) => results[index]?.status === 'fulfilled');
  for (const result of results)
    if (result.status === 'rejected') assert.equal(result.reason.code, 'file_exists', String(result.reason));
  assert.deepEqual([await readFile(path.join(root, 'once.mp4'), 'utf8')], winners);
  assert.ok((await everything(root)).every((name) => !name.endsWith('.part')));
}
