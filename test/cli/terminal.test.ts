import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openSessions } from '../../lib/host/sessions.ts';
import { CHECKED } from '../support/everyAnswer.ts';
import { assertNoKey } from '../support/key.ts';
import { openStudio, testEngine } from '../support/studio.ts';
import { BIN, type CommandLine, documentOf, openCommandLine } from './support.ts';

const CLEAR_LINE = '\r\u001b[2K';
const isMissing = process.env.REQUIRE_REAL !== '1' && spawnSync('script', ['--version']).error !== undefined;
const skip = isMissing && 'script (util-linux) is not installed';

/** Runs a command on a pseudo terminal; its stdout goes to a file, so that the terminal shows stderr alone. */
async function onTerminal(
  cli: CommandLine,
  args: readonly string[],
  keys?: { after: RegExp; press?: string; act?: () => void },
) {
  const out = path.join(cli.cwd, 'stdout');
  const words = [process.execPath, ...CHECKED, BIN, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols 80 rows 24; ${words} > '${out}'`, '/dev/null'], {
    cwd: cli.cwd,
    env: { ...cli.environment, SHELL: '/bin/sh', TERM: 'xterm' },
  });
  child.stdin.on('error', () => undefined);
  let shown = '';
  let isPressed = false;
  child.stdout.on('data', (chunk) => {
    shown += String(chunk);
    if (keys === undefined || isPressed || !keys.after.test(shown)) return;
    isPressed = true;
    keys.act?.();
    child.stdin.write(keys.press ?? '');
  });
  const [[code]] = await Promise.all([once(child, 'close'), text(child.stderr)]);
  const stdout = await readFile(out, 'utf8');
  assertNoKey('what the terminal shows', shown + stdout);
  return { code: Number(code), terminal: shown, stdout };
}

test('on a terminal one live line on stderr shows the progress, and is gone at the end', { skip }, async () => {
  const shown = Promise.withResolvers<void>();
  const engine = testEngine(async ({ onProgress }) => {
    onProgress(50, 100);
    await shown.promise;
  });
  await using studio = await openStudio({ engine });
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const id = documentOf(await cli.run(['create', 'A boat', '--json'])).jobs?.[0]?.id ?? '-';
  const { code, terminal, stdout } = await onTerminal(cli, ['wait', id], { after: / 50 %/, act: shown.resolve });

  const lines = terminal.split(CLEAR_LINE);
  assert.equal(code, 0);
  assert.equal(lines[0], '');
  assert.ok(
    lines.some((line) => /^█{10}░{10} waiting video_\w+ in_progress 50 %$/.test(line)),
    terminal,
  );
  assert.equal(lines.at(-1), '', 'something of it is left');
  assert.doesNotMatch(terminal, /\n/);
  for (const line of lines) assert.ok(line.length < 80, line);
  assert.ok(!stdout.includes('\u001b') && !stdout.includes('█'));
  assert.match(stdout, /is completed/);
});

for (const [what, press, code] of [
  ['y deletes', 'y\n', 0],
  ['n keeps', 'n\n', 3],
  ['Ctrl-D keeps', '\u0004', 3],
  ['Ctrl-C keeps', '\u0003', 3],
] as const) {
  test(`asked on a terminal, ${what} the job`, { skip }, async () => {
    await using studio = await openStudio();
    await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
    const id = documentOf(await cli.run(['create', 'A boat', '--json'])).jobs?.[0]?.id ?? '-';
    const outcome = await onTerminal(cli, ['delete', id], { after: /\[y\/N\]/, press });
    assert.equal(outcome.code, code, outcome.terminal);
    assert.match(outcome.terminal, /Delete job video_\w+ .*A boat.* for good\? \[y\/N\]/);
    assert.equal((await cli.run(['retrieve', id])).code, code === 0 ? 1 : 0);
  });
}

test('a terminal that does not say how wide it is shows a list all the same', { skip }, async () => {
  await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
  const sessions = openSessions(path.join(cli.environment.VIDEO_STATE ?? '', 'sessions'));
  const session = sessions.start('sora_agent');
  session.messages = [{ role: 'user', content: 'A paper boat' }];
  await sessions.save(session);
  const words = [process.execPath, ...CHECKED, BIN, 'sessions', 'list'].map((word) => `'${word}'`).join(' ');
  const { stdout } = spawnSync('script', ['-qec', `stty cols 0 rows 0; ${words}`, '/dev/null'], {
    cwd: cli.cwd,
    env: { ...cli.environment, SHELL: '/bin/sh', TERM: 'xterm' },
    encoding: 'utf8',
  });
  assert.match(stdout, new RegExp(`^${session.id} {2}A paper boat\r\n`));
});

test('a talk with the agent ends with Ctrl-D', { skip }, async () => {
  await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
  const { code, terminal } = await onTerminal(cli, ['agent'], { after: /> /, press: '\u0004' });
  assert.equal(code, 0, terminal);
  assert.match(terminal, /sora_agent, session \d{8}-\d{4}-\w+/);
});

test('Ctrl-C ends a talk with the agent', { skip }, async () => {
  await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
  const { code, terminal } = await onTerminal(cli, ['agent'], { after: /> /, press: '\u0003' });
  assert.ok(code === 0 || code === 130, `${code}: ${terminal}`);
  assert.doesNotMatch(terminal, /Warning|Error/);
});
