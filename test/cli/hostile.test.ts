import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { mp4 } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';
import { openStudio, testEngine, untilStopped } from '../support/studio.ts';
import { BIN, documentOf, openCommandLine } from './support.ts';

/** Clears the screen, sets the title, colours (with C1's own CSI too), and turns what follows around. */
const EVIL = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eflipped\u2066x\u200f\u061c\rover\u0008';
const ACTS = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

test("a server's words do nothing to the terminal, whichever command shows them", async () => {
  const video = { id: 'video_1', status: 'failed', prompt: EVIL, model: EVIL, error: { code: EVIL, message: EVIL } };
  let creates = 0;
  await using server = await listen(({ url, method }, response) => {
    if (url.includes('models')) return answerJson(response, { data: [{ id: EVIL }] });
    if (url.includes('refused')) return answerJson(response, { error: { message: EVIL } }, 400);
    if (method === 'POST') {
      const made = { ...video, id: `video_${++creates}`, status: 'queued' };
      return answerJson(response, made, 200, { warning: '299 - "x"' });
    }
    return answerJson(response, /videos(\?|$)/.test(url) ? { data: [video] } : video);
  });
  await using cli = await openCommandLine({ VIDEO_BASE_URL: server.baseUrl, VIDEO_DEBUG: '1' });
  for (const args of [
    ['create', 'A boat'],
    ['create', `A tram ${EVIL}`],
    ['wait', 'video_1'],
    ['retrieve', 'video_1'],
    ['retrieve', 'refused'],
    ['list'],
    ['download', 'video_1'],
    ['delete', 'video_1'],
    ['doctor'],
    ['agent', `A boat ${EVIL}`],
    [`no such command ${EVIL}`],
  ]) {
    const { stdout, stderr } = await cli.run(args);
    assert.ok(stdout.length + stderr.length > 10, args.join(' '));
    assert.doesNotMatch(stdout, ACTS, args.join(' '));
    assert.doesNotMatch(stderr, ACTS, args.join(' '));
  }
  const json = await cli.run(['list', '--json']);
  assert.doesNotMatch(json.stdout, ACTS);
  assert.match(JSON.stringify(documentOf(json)), /\ufffdflipped/, 'what a tool tells is harmless to begin with');
  const ledger = await cli.run(['ledger', '--json']);
  assert.doesNotMatch(ledger.stdout, ACTS);
  assert.match(JSON.stringify(documentOf(ledger)), /\u202eflipped/, 'JSON says the same with escapes');
});

test('an id that acts on a terminal is refused, and not printed', async () => {
  await using server = await listen((_request, response) => answerJson(response, { id: `v${EVIL}`, status: 'queued' }));
  await using cli = await openCommandLine({ VIDEO_BASE_URL: server.baseUrl });
  const { code, stdout, stderr } = await cli.run(['create', 'A boat']);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /names no job/);
});

test('a prompt or a file that begins with a dash is told about --, and -- takes it', async () => {
  await using studio = await openStudio();
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const refused = await cli.run(['create', '-20 degrees, a frozen lake', '--json']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /goes after --: -- '-20 degrees, a frozen lake'/);
  assert.match(JSON.stringify(documentOf(refused)), /goes after --/);
  assert.doesNotMatch((await cli.run(['create', '--colour', 'red'])).stderr, /after --/);
  const id = documentOf(await cli.run(['create', '--json', '--', '-20 degrees, a frozen lake'])).jobs?.[0]?.id ?? '-';
  assert.equal((await cli.run(['wait', id])).code, 0);
});

test('a file that begins with a dash is named so that it can be typed', async () => {
  await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
  const workspace = cli.environment.VIDEO_WORKSPACE ?? '';
  await mkdir(workspace);
  await writeFile(path.join(workspace, '-x.mp4'), mp4());
  assert.equal((await cli.run(['publish', './-x.mp4'])).code, 0);
  const refused = await cli.run(['publish', '-x.mp4']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /goes after --: -- -x\.mp4/);
  assert.equal((await cli.run(['publish', '--', '-x.mp4'])).code, 0);
});

test('the agent says that it reads standard input, and one Ctrl-C ends that', async () => {
  await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
  const child = spawn(process.execPath, [BIN, 'agent', '--json'], { cwd: cli.cwd, env: cli.environment });
  const [out, end] = [text(child.stdout), once(child, 'exit')];
  const [told] = await once(child.stderr, 'data');
  assert.match(String(told), /Reading the request from standard input/);
  child.stdin.write('A boat');
  child.kill('SIGINT');
  const [code] = await end;
  assert.equal(code, 130);
  assert.equal(documentOf({ stdout: await out }).error?.code, 'aborted');
});

test('an end that fails leaves the one document and the exit code as they were', async () => {
  await using cli = await openCommandLine();
  assert.equal((await cli.run(['list'])).code, 0);
  const database = new DatabaseSync(path.join(cli.environment.VIDEO_STATE ?? '', 'studio', 'jobs.db'));
  database.exec(`CREATE TRIGGER stuck BEFORE UPDATE ON jobs WHEN NEW.owner IS NULL AND NEW.status = 'queued'
                 BEGIN SELECT RAISE(ABORT, 'no going back'); END`);
  database.close();
  const outcome = await cli.run(['create', 'A boat', '--seconds', '20', '--json']);
  assert.match(documentOf(outcome).jobs?.[0]?.id ?? '', /^video_/);
  assert.match(outcome.stderr, /Error: .*no going back|Error: .*cannot be used/);
  assert.equal(outcome.code, 0);
});

test('a studio that cannot be closed has printed one document', async () => {
  await using cli = await openCommandLine();
  const studio = cli.start(['studio', '--json']);
  const { base_url }: { base_url: string } = JSON.parse(await studio.line(/base_url/));
  const database = new DatabaseSync(path.join(cli.environment.VIDEO_STATE ?? '', 'studio', 'jobs.db'));
  database.exec('DROP TABLE jobs');
  database.close();
  studio.child.kill('SIGINT');
  const { code, stdout, stderr } = await studio.ended;
  assert.deepEqual(JSON.parse(stdout), { base_url });
  assert.match(stderr, /Error/);
  assert.equal(code, 1);
});

test('a current folder that is gone is a clear error', async () => {
  await using cli = await openCommandLine();
  await mkdir(path.join(cli.cwd, 'gone'));
  const child = spawn(
    '/bin/sh',
    ['-c', `cd gone && rmdir ../gone && exec "${process.execPath}" "${BIN}" list --json`],
    {
      cwd: cli.cwd,
      env: cli.environment,
    },
  );
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  assert.equal(code, 2);
  assert.match(stderr, /current folder does not exist/);
  assert.equal(documentOf({ stdout }).error?.code, 'invalid_configuration');
});

test('a workspace that cannot be written to costs nothing', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  await writeFile(cli.environment.VIDEO_WORKSPACE ?? '', 'a file in its place');
  for (const args of [
    ['create', 'A boat'],
    ['agent', 'A boat. Publish it.'],
  ]) {
    const { code, stderr, stdout } = await cli.run(args);
    assert.equal(code, 1, stderr);
    assert.match(stdout + stderr, /VIDEO_WORKSPACE/);
  }
  assert.deepEqual(documentOf(await cli.run(['list', '--json'])).jobs, []);
});

test('the one at the terminal is told how to approve a delete, in the hint alone', async () => {
  await using studio = await openStudio();
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const id = documentOf(await cli.run(['create', 'A boat', '--json'])).jobs?.[0]?.id ?? '-';
  const refused = await cli.run(['delete', id, '--json']);
  assert.match(refused.stderr, /--yes .*VIDEO_APPROVE_DELETE=no/);
  assert.doesNotMatch(refused.stdout, /APPROVE|--yes/);
});
