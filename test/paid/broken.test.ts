import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { copyFile, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { systemCode } from '../../lib/errors.ts';
import { MIGRATIONS } from '../../lib/ledger/schema.ts';
import { type Document, documentOf } from '../cli/support.ts';
import { NEEDS_ROOT, temporaryDisk, temporaryFolder } from '../support/temporary.ts';
import { assertPaidOnce, BATCH, openPaid, publishedBy, RELIABLE_LIST, stopAt, timesOf, wish } from './support.ts';

interface Damage {
  /** Where the state folder is. */
  disk: { path: string };
  damage(ledger: string): unknown;
  repair(ledger: string): unknown;
  /** What the user is told. */
  says: RegExp;
}

/** What cannot be noted is not sent, and what was noted before is there again after the repair. */
async function withstands({ disk, damage, repair, says }: Damage): Promise<void> {
  const state = path.join(disk.path, 'state');
  const ledger = path.join(state, 'ledger.db');
  await using paid = await openPaid({ settings: { VIDEO_STATE: state } });
  const boat = publishedBy(await paid.cli.run(wish('A boat')));
  await damage(ledger);
  const refused = await paid.cli.run(wish('A tram'));
  assert.equal(refused.code, 1, refused.stdout);
  assert.match(refused.stderr, says);
  assert.match(documentOf(refused).error?.message ?? '', says);
  assert.equal((await paid.provider.books()).creates, 1, 'it was sent all the same');
  await repair(ledger);
  assert.deepEqual(publishedBy(await paid.cli.run(wish('A boat'))), boat);
  await assertPaidOnce(paid, 'A boat', boat);
  await assertPaidOnce(paid, 'A tram', publishedBy(await paid.cli.run(wish('A tram'))));
}

test('a ledger on a disk that became read-only', async (context) => {
  await using disk = await temporaryDisk('size=8m');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  const remount = (mode: string) => assert.equal(spawnSync('mount', ['-o', `remount,${mode}`, disk.path]).status, 0);
  await withstands({
    disk,
    damage: () => remount('ro'),
    repair: () => remount('rw'),
    says: /ledger\.db .* cannot be used: it cannot be (written to|opened)/,
  });
});

test('a ledger on a disk that is full', async (context) => {
  await using disk = await temporaryDisk('size=1m');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  const filler = path.join(disk.path, 'filler');
  await withstands({
    disk,
    damage: () => fill(filler),
    repair: () => rm(filler),
    says: /ledger\.db .* cannot be used: the disk is full/,
  });
});

test('a ledger that is no database any more', async () => {
  await using disk = await temporaryFolder();
  await withstands({
    disk,
    async damage(ledger) {
      await copyFile(ledger, path.join(disk.path, 'copy'));
      await writeFile(ledger, 'no database'.repeat(1_000));
    },
    repair: (ledger) => copyFile(path.join(disk.path, 'copy'), ledger),
    says: /ledger\.db .* cannot be used: it is not a database/,
  });
});

test('a ledger whose pages are damaged', async () => {
  await using disk = await temporaryFolder();
  await withstands({
    disk,
    async damage(ledger) {
      await copyFile(ledger, path.join(disk.path, 'copy'));
      await using file = await open(ledger, 'r+');
      const { size } = await file.stat();
      // The first page holds the schema.
      await file.write(Buffer.alloc(size - 4_096, 0xa5), 0, size - 4_096, 4_096);
    },
    repair: (ledger) => copyFile(path.join(disk.path, 'copy'), ledger),
    says: /ledger\.db .* cannot be used: it is damaged/,
  });
});

test('a ledger that a newer version wrote', async () => {
  await using disk = await temporaryFolder();
  const setVersion = (ledger: string, version: number) => {
    using database = new DatabaseSync(ledger);
    database.exec(`PRAGMA user_version=${version}`);
  };
  await withstands({
    disk,
    damage: (ledger) => setVersion(ledger, 999),
    repair: (ledger) => setVersion(ledger, MIGRATIONS.length),
    says: /written by a newer version of video-toolset \(schema 999\)/,
  });
});

test('a ledger in a database that is not there', async () => {
  await using paid = await openPaid({ settings: { VIDEO_LEDGER: 'postgres://tester@127.0.0.1:1/none' } });
  const refused = await paid.cli.run(wish('A boat'));
  assert.equal(refused.code, 1, refused.stdout);
  assert.match(refused.stderr, /The ledger in Postgres cannot be used \(ECONNREFUSED\)/);
  assert.equal((await paid.provider.books()).creates, 0);
});

test('a ledger whose writer was killed in the middle of a transaction', async () => {
  const settings = timesOf({ sendDeadlineMs: 2_000, timeoutMs: 2_000 });
  await using paid = await openPaid({ profile: RELIABLE_LIST, settings });
  const inputs = Array.from({ length: 10 }, (_, index) => ({ prompt: `boat ${index}`, seconds: '4' }));
  const batch = { program: BATCH, env: stopAt('before the commit point') };
  const killed = await paid.cli.start(['video_produce', JSON.stringify(inputs)], batch).ended;
  assert.equal(killed.code, null, 'it was not killed');
  using database = new DatabaseSync(path.join(paid.cli.environment.VIDEO_STATE ?? '', 'ledger.db'));
  assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
  const { stdout } = await paid.cli.start(['video_produce', JSON.stringify(inputs)], { program: BATCH }).ended;
  const results: Document[] = JSON.parse(stdout);
  for (const [index, { prompt }] of inputs.entries()) {
    const [published] = results[index]?.published ?? [];
    assert.ok(published, `${prompt}: ${JSON.stringify(results[index])}`);
    await assertPaidOnce(paid, prompt, published);
  }
});

/** Writes until nothing more fits. */
function fill(file: string): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(1_024, 'full'));
  } catch (error) {
    assert.equal(systemCode(error), 'ENOSPC');
  }
}
