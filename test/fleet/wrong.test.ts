import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { documentOf, openCommandLine } from '../cli/support.ts';
import { POSTGRES_MISSING, startPostgres } from '../support/postgres.ts';

const SHARED = { VIDEO_BASE_URL: 'http://127.0.0.1:1/v1', CDN_URL: 'sftp://clips@127.0.0.1:1/clips' };
/** Nobody is asked there. */
const NOWHERE = 'postgres://tester@127.0.0.1:1/none';

const WRONG: [string, Record<string, string>, string[], RegExp][] = [
  [
    'a folder to publish to',
    { VIDEO_BASE_URL: SHARED.VIDEO_BASE_URL },
    ['worker', '--fleet', NOWHERE],
    /CDN_URL to sftp/,
  ],
  [
    'the embedded studio',
    { CDN_URL: SHARED.CDN_URL },
    ['worker', '--fleet', NOWHERE],
    /each machine would start a studio/,
  ],
  ['a ledger in a file', SHARED, ['worker'], /meet in a Postgres database/],
  ['a file for a database', SHARED, ['storyboard', 'run', 'film.yaml', '--fleet', 'film.yaml'], /meet in a Postgres/],
  [
    'a database whose address is cut off by its password',
    SHARED,
    ['worker', '--fleet', 'postgres://tester:sword#fish@127.0.0.1:1/none'],
    /VIDEO_LEDGER \(--fleet\) cannot be read \(ERR_INVALID_URL\).*\n.*%23/,
  ],
  [
    'a database that would be taken for a file',
    SHARED,
    ['storyboard', 'status', '--fleet', 'postgres:tester@127.0.0.1/none'],
    /VIDEO_LEDGER.*postgres:\/\/ address/,
  ],
  [
    'a time that is none',
    SHARED,
    ['storyboard', 'run', 'film.yaml', '--fleet', NOWHERE, '--timeout', 'soon'],
    /--timeout must be a whole number/,
  ],
  [
    'a lease that is too short',
    SHARED,
    ['worker', '--fleet', NOWHERE, '--lease', '9'],
    /--lease must be at least 10 seconds/,
  ],
  [
    'no shots at all',
    SHARED,
    ['worker', '--fleet', NOWHERE, '--concurrency', '0'],
    /--concurrency must be a whole number/,
  ],
  ['a window without a fleet', {}, ['storyboard', 'run', 'film.yaml', '--window', '3'], /--window needs --fleet/],
  ['detaching without a fleet', {}, ['storyboard', 'run', 'film.yaml', '--detach'], /--detach needs --fleet/],
  [
    'the concurrency of workers',
    SHARED,
    ['storyboard', 'run', 'film.yaml', '--fleet', NOWHERE, '--concurrency', '3'],
    /--concurrency is not for --fleet/,
  ],
  [
    'a folder for a storyboard of a fleet',
    { VIDEO_BASE_URL: SHARED.VIDEO_BASE_URL },
    ['storyboard', 'run', 'film.yaml', '--fleet', NOWHERE],
    /a folder is on one machine only/,
  ],
];

for (const [what, settings, args, message] of WRONG) {
  test(`${what}: refused with the reason, before anything is opened`, async () => {
    await using cli = await openCommandLine(settings);
    await writeFile(path.join(cli.cwd, 'film.yaml'), 'title: A\nshots: [{ prompt: A boat }]\n');
    const outcome = await cli.run([...args, '--json']);
    assert.equal(outcome.code, 2, outcome.stderr);
    assert.match(outcome.stderr, message);
    assert.match(documentOf(outcome).error?.code ?? '', /^invalid_/);
  });
}

test('a database that is not there is told at the start, without its password', async () => {
  await using cli = await openCommandLine(SHARED);
  const { code, stderr } = await cli.run(['worker', '--fleet', 'postgres://tester:swordfish@127.0.0.1:1/none']);
  assert.equal(code, 1);
  assert.match(stderr, /The ledger in Postgres cannot be used \(ECONNREFUSED\)/);
  assert.doesNotMatch(stderr, /swordfish/);
});

test('without pg-boss the worker says what to install', { skip: POSTGRES_MISSING }, async () => {
  await using postgres = await startPostgres();
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name === 'pg-boss') throw Object.assign(new Error('not installed'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    } });
    const { openQueue } = await import(${JSON.stringify(path.resolve('lib/production/fleet/queue.ts'))});
    const error = await openQueue(${JSON.stringify(postgres.database())}, 'https://a.example/v1', {}).catch((reason) => reason);
    console.log(JSON.stringify(error.report()));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  const { code, message, next_step } = JSON.parse(stdout || `"${stderr}"`);
  assert.deepEqual(
    [code, message, next_step],
    ['missing_package', 'A fleet needs the package pg-boss.', 'npm install pg-boss@12 pg@8'],
  );
  const { peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync('package.json', 'utf8'));
  assert.match(peerDependencies['pg-boss'], /^\^12/);
  assert.ok(peerDependenciesMeta['pg-boss'].optional);
});
