import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../lib/sqlite.ts';
import { openCommandLine } from '../cli/support.ts';
import { assertNoKey, KEY } from './key.ts';
import { keyless, keylessLog } from './keyless.ts';
import { temporaryFolder } from './temporary.ts';

const REPORTER = path.join(import.meta.dirname, 'keyReporter.ts');

/** A run of one test file, with the reporter of the whole run. */
async function runOf(script: string) {
  await using folder = await temporaryFolder({ mayHoldKey: ['one.test.mjs'] });
  await writeFile(path.join(folder.path, 'one.test.mjs'), `import { test } from 'node:test';\n${script}`);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ['--test', `--test-reporter=${REPORTER}`, 'one.test.mjs'];
  return spawnSync(process.execPath, args, { cwd: folder.path, env, encoding: 'utf8' });
}

test('the key in what a run prints or reports fails the run, and is not printed again', async () => {
  for (const script of [
    `test('one', () => console.log('token ${KEY}'));`,
    `test('one', () => console.error('token ${KEY}'));`,
    `test('one', () => { process.stdout.write('${KEY.slice(0, 9)}'); process.stdout.write('${KEY.slice(9)}'); });`,
    `test('one', (t) => t.diagnostic('${KEY}'));`,
  ]) {
    const { status, stdout } = await runOf(script);
    assert.equal(status, 1, script);
    assert.match(stdout, /the key is in/);
    assertNoKey('the report', stdout);
  }
  assert.deepEqual(await runOf(`test('one', () => console.log('all is well'));`).then(({ status }) => status), 0);
});

test('the key in a file fails the test that made it, in a database and in a name too', async () => {
  const leaks: ((folder: string) => unknown)[] = [
    (folder) => writeFile(path.join(folder, 'log'), `${'x'.repeat(1e6)}${KEY}`),
    (folder) => mkdir(path.join(folder, 'a')).then(() => writeFile(path.join(folder, 'a', KEY), '')),
    async (folder) => {
      const database = await openDatabase(path.join(folder, 'a.db'), ['CREATE TABLE t (v TEXT)']);
      await database.run('INSERT INTO t VALUES (?)', `Bearer ${KEY}`);
      database.close();
    },
  ];
  for (const leak of leaks) {
    const folder = await temporaryFolder();
    await leak(folder.path);
    await assert.rejects(async () => folder[Symbol.asyncDispose](), /files that hold the key/);
  }
  await using told = await temporaryFolder({ mayHoldKey: ['.env'] });
  await writeFile(path.join(told.path, '.env'), KEY);
});

test('the key in a result, in the cause of an error and in the log fails the test', async () => {
  const leaking = keyless({
    result: async () => ({ deep: [{ raw: { token: KEY } }] }),
    error: () => Promise.reject(new Error('well', { cause: new Error(KEY) })),
  });
  await assert.rejects(leaking.result(), /the key is in what result returns/);
  await assert.rejects(leaking.error(), /the key is in the error of error/);
  const { log, check } = keylessLog({ headers: {}, query: {} });
  log.debug('request', { key: 'none' });
  check();
  log.debug('request', { token: KEY });
  assert.throws(check, /the key is in the log/);
});

test('the key in the output of a command fails the test', async () => {
  await using cli = await openCommandLine();
  await assert.rejects(cli.run([KEY]), /the key is in the output/);
});
