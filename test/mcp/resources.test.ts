import assert from 'node:assert/strict';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import * as sdk from '@modelcontextprotocol/server';
import { listResources, PART_BYTES, readResource } from '../../lib/mcp/resources.ts';
import { partOf, uriOf } from '../../lib/mcp/uri.ts';
import { openWorkspace } from '../../lib/workspace.ts';
import { temporaryFolder } from '../support/temporary.ts';

async function openFiles() {
  const folder = await temporaryFolder();
  const root = path.join(folder.path, 'videos');
  const reserved = path.join(root, 'published');
  await mkdir(path.join(root, 'deep', '.hidden'), { recursive: true });
  await mkdir(reserved);
  await writeFile(path.join(folder.path, 'secret.txt'), 'secret');
  for (const name of ['published/public.mp4', '.hidden.mp4', 'deep/.hidden/x.mp4'])
    await writeFile(path.join(root, name), name);
  await symlink(path.join(folder.path, 'secret.txt'), path.join(root, 'link.txt'));
  return {
    root,
    workspace: openWorkspace(root, { reserved: [reserved] }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('addresses lead to files and back, whatever their names', () => {
  for (const name of ['a.mp4', 'deep/b c.mp4', 'ä?#%.mp4', 'x&offset=1.mp4', '日本.mp4'])
    assert.deepEqual(partOf(uriOf(name)), { path: name });
  assert.deepEqual(partOf(`${uriOf('a.mp4')}?offset=3&length=2`), { path: 'a.mp4', offset: 3, length: 2 });
  for (const uri of [
    'file:///etc/passwd',
    'video-toolset://elsewhere/a.mp4',
    `${uriOf('a.mp4')}?offset=-1`,
    `${uriOf('a.mp4')}?size=1`,
    `${uriOf('a.mp4')}?offset=1?length=2`,
    'video-toolset://workspace/%zz',
  ])
    assert.equal(partOf(uri), undefined, uri);
});

test('files are listed newest first and page by page; hidden, published and linked ones are not', async () => {
  await using files = await openFiles();
  const names = Array.from({ length: 230 }, (_, index) => `clip-${String(index).padStart(3, '0')}.mp4`);
  for (const [index, name] of names.entries()) {
    await writeFile(path.join(files.root, name), name);
    await utimes(path.join(files.root, name), 1_000 + Math.floor(index / 3), 1_000 + Math.floor(index / 3));
  }
  await writeFile(path.join(files.root, 'deep', 'new.webp'), 'new');
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listResources(files.workspace, cursor, sdk);
    pages.push(page.resources.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assert.deepEqual(
    pages.map(({ length }) => length),
    [100, 100, 31],
  );
  assert.equal(pages[0]?.[0], 'deep/new.webp');
  assert.deepEqual(pages.flat().toSorted(), [...names, 'deep/new.webp'].toSorted());
  for (const wrong of ['x', Buffer.from('[1]').toString('base64url')])
    await assert.rejects(listResources(files.workspace, wrong, sdk), /cursor/);
});

test('thousands of published files leave room for the clips', async () => {
  await using files = await openFiles();
  const folder = path.join(files.root, 'published');
  await Promise.all(Array.from({ length: 5_000 }, (_, index) => writeFile(path.join(folder, `a-${index}.mp4`), '')));
  await writeFile(path.join(files.root, 'z.mp4'), 'z');
  const { resources } = await listResources(files.workspace, undefined, sdk);
  assert.ok(resources.some(({ name }) => name === 'z.mp4'));
});

test('an empty workspace, or one that does not exist yet, has no files', async () => {
  await using folder = await temporaryFolder();
  const workspace = openWorkspace(path.join(folder.path, 'none'));
  assert.deepEqual(await listResources(workspace, undefined, sdk), { resources: [] });
});

test('nothing is read from outside of the workspace', async () => {
  await using files = await openFiles();
  for (const name of [
    '../secret.txt',
    '%2e%2e/secret.txt',
    '..%2Fsecret.txt',
    'deep/../../secret.txt',
    'link.txt',
    '.hidden.mp4',
    'published/public.mp4',
    '/etc/passwd',
    '%2Fetc%2Fpasswd',
    'deep',
    '',
  ]) {
    await assert.rejects(
      readResource(files.workspace, `video-toolset://workspace/${name}`, sdk),
      (error) => error instanceof sdk.ProtocolError && !error.message.includes(files.root),
      name,
    );
  }
  await assert.rejects(
    readResource(files.workspace, uriOf('none.mp4'), sdk),
    (error) => error instanceof sdk.ResourceNotFoundError,
  );
});

test('a large file is read in parts, a text as text', async () => {
  await using files = await openFiles();
  const bytes = Buffer.alloc(PART_BYTES + 1_000, 'film;');
  await writeFile(path.join(files.root, 'long.mp4'), bytes);
  await assert.rejects(readResource(files.workspace, uriOf('long.mp4'), sdk), /in parts, .*offset=0&length=/);
  const parts = await Promise.all(
    [0, PART_BYTES, PART_BYTES + 1_000].map((offset) =>
      readResource(files.workspace, `${uriOf('long.mp4')}?offset=${offset}&length=99999999`, sdk),
    ),
  );
  const read = parts.map(({ contents: [content] }) =>
    Buffer.from(content !== undefined && 'blob' in content ? content.blob : 'none', 'base64'),
  );
  assert.deepEqual(
    read.map(({ length }) => length),
    [PART_BYTES, 1_000, 0],
  );
  assert.ok(Buffer.concat(read).equals(bytes));
  await writeFile(path.join(files.root, 'board.json'), '{"ä":1}');
  const { contents } = await readResource(files.workspace, uriOf('board.json'), sdk);
  assert.deepEqual(contents, [{ uri: uriOf('board.json'), mimeType: 'application/json', text: '{"ä":1}' }]);
});
