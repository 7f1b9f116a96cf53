import assert from 'node:assert/strict';
import { mkdir, rename, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openJobStore } from '../../lib/studio/store.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** As the first version made it. */
const FIRST_SCHEMA = `
  CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
    progress INTEGER NOT NULL DEFAULT 0, engine TEXT NOT NULL, prompt TEXT NOT NULL, seconds TEXT NOT NULL,
    size TEXT NOT NULL, created_at INTEGER NOT NULL, completed_at INTEGER, error TEXT, recipe TEXT NOT NULL,
    reference TEXT, owner TEXT
  ) STRICT;
  CREATE INDEX open_jobs ON jobs (owner) WHERE status IN ('queued', 'in_progress');
  PRAGMA user_version=1;
  INSERT INTO jobs (id, status, progress, engine, prompt, seconds, size, created_at, completed_at, recipe)
  VALUES ('video_old', 'completed', 100, 'animatic', 'A boat', '4', '720x1280', 1, 2, '{"version":1,"seed":5}');`;

const RECIPE = { version: 1, seed: 1, width: 64, height: 64, fps: 24, segments: [], palette: [] } as const;
const job = (id: string) => ({
  ...{ id, engine: 'animatic', prompt: 'A boat', seconds: '4', size: '720x1280', created_at: 1 },
  ...{ recipe: { ...RECIPE, segments: [], palette: [] }, reference: null, owner: 'me' },
});

test('jobs of the first version are kept, as clips made from a prompt', async () => {
  await using folder = await temporaryFolder();
  await mkdir(folder.path, { recursive: true });
  const old = new DatabaseSync(path.join(folder.path, 'jobs.db'));
  old.exec(FIRST_SCHEMA);
  old.close();
  const store = await openJobStore(folder.path);
  assert.partialDeepStrictEqual(await store.get('video_old'), {
    ...{ status: 'completed', prompt: 'A boat', operation: 'create', source: null },
    ...{ requested_model: null, asked_at: null, ticket: null, notes: [], usd: null },
  });
  store.close();
});

test('a finished clip is known by its digest, the newest of several and no deleted one', async () => {
  await using folder = await temporaryFolder();
  const store = await openJobStore(folder.path);
  for (const id of ['video_1', 'video_2', 'video_3']) {
    await store.insert(job(id));
    await store.startNext('me');
    if (id !== 'video_3') await store.complete(id, 'me', { completedAt: 2, expiresAt: 3, bytes: 4, digest: 'abc' });
  }
  assert.equal((await store.findByDigest('abc'))?.id, 'video_2');
  await store.remove('video_2');
  assert.equal((await store.findByDigest('abc'))?.id, 'video_1');
  assert.equal(await store.findByDigest('abd'), undefined);
  store.close();
});

test('a job keeps what it was made from, and how', async () => {
  await using folder = await temporaryFolder();
  const store = await openJobStore(folder.path);
  await store.insert({ ...job('video_1'), operation: 'edit', source: 'video_0' });
  assert.partialDeepStrictEqual(await store.get('video_1'), { operation: 'edit', source: 'video_0' });
  store.close();
});

test('a character is kept under its id', async () => {
  await using folder = await temporaryFolder();
  const store = await openJobStore(folder.path);
  const character = { id: 'char_1', name: 'Mossy', created_at: 1 };
  await store.insertCharacter(character);
  assert.deepEqual(await store.character('char_1'), character);
  assert.equal(await store.character('char_2'), undefined);
  store.close();
});

test('what must outlast a power cut is stored as soon as its store can be opened again', async () => {
  await using folder = await temporaryFolder();
  const store = await openJobStore(folder.path);
  await store.insert(job('video_a'));
  await store.startNext('me');
  const file = path.join(folder.path, 'jobs.db');
  await rename(file, `${file}.away`);
  await mkdir(file);
  await assert.rejects(store.setAsked('video_a', 'me', 5), { code: 'storage_failed' });
  await rmdir(file);
  await rename(`${file}.away`, file);
  assert.equal(await store.setAsked('video_a', 'me', 5), true);
  store.close();
});
