import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { VideoToolsetError } from '../lib/errors.ts';
import { openDatabase } from '../lib/sqlite.ts';
import { NEEDS_ROOT, temporaryDisk, temporaryFolder } from './support/temporary.ts';

const run = promisify(execFile);
const MODULE = new URL('../lib/sqlite.ts', import.meta.url).href;
const MIGRATIONS = ['CREATE TABLE items (name TEXT) STRICT', 'ALTER TABLE items ADD COLUMN size INTEGER'];

const clearly = (code: string) => (error: unknown) => {
  assert.ok(error instanceof VideoToolsetError, String(error));
  assert.equal(error.code, code, `${error.message} (${error.cause})`);
  assert.doesNotMatch(error.message, /\/tmp/);
  return true;
};

test('rows are written and read back, and the folder is made for its owner only', async () => {
  await using folder = await temporaryFolder();
  const database = await openDatabase(path.join(folder.path, 'deep', 'store.db'), MIGRATIONS);
  assert.equal(await database.run('INSERT INTO items VALUES (?, ?), (?, ?)', 'a', 1, 'b', 2), 2);
  assert.deepEqual(
    (await database.all('SELECT name FROM items WHERE size > ?', 1)).map((row) => row.name),
    ['b'],
  );
  database.close();
});

test('an older store is brought up to date with its rows', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'store.db');
  const old = await openDatabase(file, MIGRATIONS.slice(0, 1));
  await old.run("INSERT INTO items VALUES ('kept')");
  old.close();
  const database = await openDatabase(file, MIGRATIONS);
  assert.deepEqual({ ...(await database.all('SELECT * FROM items'))[0] }, { name: 'kept', size: null });
  database.close();
});

test('several processes may open an empty store at once and lose nothing', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'state', 'store.db');
  const script = `import { openDatabase } from ${JSON.stringify(MODULE)};
    const database = await openDatabase(${JSON.stringify(file)}, ${JSON.stringify(MIGRATIONS)});
    for (let index = 0; index < 20; index++) await database.run('INSERT INTO items VALUES (?, ?)', 'x', index);
    database.close();`;
  const start = () =>
    run(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]);
  await Promise.all([start(), start(), start()]);
  const database = await openDatabase(file, MIGRATIONS);
  assert.equal((await database.all('SELECT count(*) AS rows FROM items'))[0]?.rows, 60);
  database.close();
});

test('a store of a newer version is refused and left alone', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'store.db');
  (await openDatabase(file, MIGRATIONS)).close();
  await assert.rejects(openDatabase(file, MIGRATIONS.slice(0, 1)), clearly('storage_failed'));
  await assert.rejects(openDatabase(file, MIGRATIONS.slice(0, 1)), /newer version/);
  (await openDatabase(file, MIGRATIONS)).close();
});

test('a file that is no database, or a damaged one, is refused and left alone', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'store.db');
  const noise = 'not a database at all, '.repeat(500);
  await writeFile(file, noise);
  await assert.rejects(openDatabase(file, MIGRATIONS), clearly('storage_failed'));
  assert.equal(await readFile(file, 'utf8'), noise);

  const damaged = path.join(folder.path, 'damaged.db');
  (await openDatabase(damaged, MIGRATIONS)).close();
  const bytes = await readFile(damaged);
  await writeFile(damaged, Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100, 0xaa)]));
  const read = openDatabase(damaged, MIGRATIONS).then((database) => database.all('SELECT * FROM items'));
  await assert.rejects(read, clearly('storage_failed'));
});

test('a file where the folder should be, and a folder where the file should be, are refused clearly', async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, 'taken'), '');
  await assert.rejects(openDatabase(path.join(folder.path, 'taken', 'store.db'), []), clearly('storage_failed'));
  await assert.rejects(openDatabase(path.join(folder.path, 'taken', 'x', 'store.db'), []), clearly('storage_failed'));
  await assert.rejects(openDatabase(folder.path, []), clearly('storage_failed'));
});

test('a folder that cannot be written to is refused clearly', async (context) => {
  await using disk = await temporaryDisk('size=1m');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  spawnSync('mount', ['-o', 'remount,ro', disk.path]);
  await assert.rejects(openDatabase(path.join(disk.path, 'store.db'), MIGRATIONS), clearly('storage_failed'));
  await assert.rejects(openDatabase(path.join(disk.path, 'new', 'store.db'), MIGRATIONS), clearly('storage_failed'));
});

test('a full disk is named as such, when the store is opened and when it is written to', async (context) => {
  await using disk = await temporaryDisk('size=256k');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  const database = await openDatabase(path.join(disk.path, 'store.db'), MIGRATIONS);
  await assert.rejects(async () => {
    for (let index = 0; index < 200; index++)
      await database.run('INSERT INTO items (name) VALUES (?)', 'x'.repeat(4_000));
  }, clearly('disk_full'));
  await database.all('SELECT count(*) FROM items');
  await writeFile(path.join(disk.path, 'filler'), Buffer.alloc(256_000)).catch(() => undefined);
  await assert.rejects(openDatabase(path.join(disk.path, 'other.db'), MIGRATIONS), clearly('disk_full'));
  database.close();
});
