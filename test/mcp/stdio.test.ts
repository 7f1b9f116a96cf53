import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { BIN, type CommandLine, openCommandLine } from '../cli/support.ts';
import { openStudio, testEngine, untilStopped } from '../support/studio.ts';

/** The program with its streams in hand. */
function start(cli: CommandLine, env: Record<string, string> = {}) {
  const { VIDEO_WORKSPACE: _workspace, ...environment } = cli.environment;
  const child = spawn(process.execPath, [BIN, 'mcp'], { cwd: cli.cwd, env: { ...environment, ...env } });
  const lines: string[] = [];
  const answers = new Map<unknown, (message: { result?: object; error?: object }) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const message = JSON.parse(line);
    answers.get(message.id)?.(message);
  });
  const ended = Promise.all([once(child, 'close'), text(child.stderr)]);
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const ask = async (id: number, method: string, params: object = {}) => {
    const answer = new Promise<{ result?: object; error?: object }>((resolve) => answers.set(id, resolve));
    send({ id, method, params });
    const early = ended.then(([, stderr]): never => {
      throw new Error(`It ended without an answer to ${method}: ${stderr}`);
    });
    return await Promise.race([answer, early]);
  };
  return { child, lines, ended, send, ask, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };

test('nothing but the protocol is on stdout, whatever goes on; the end of stdin is the end', async () => {
  await using cli = await openCommandLine();
  using program = start(cli, { VIDEO_DEBUG: '1' });
  const { child, lines, ended, send, ask } = program;
  await ask(1, 'initialize', HELLO);
  send({ method: 'notifications/initialized' });
  // The embedded studio, with its render child, in a workspace of its own.
  const call = { name: 'video_produce', arguments: { prompt: 'a red kite', seconds: 4, size: '1280x720' } };
  const told: string[] = [];
  // A loaded machine may draw longer than one call waits; the same call goes on.
  while (!told.at(-1)?.includes('Published at file:') && told.length < 5)
    told.push(JSON.stringify(await ask(10 + told.length, 'tools/call', { ...call, _meta: { progressToken: 'p' } })));
  assert.match(told.at(-1) ?? '', /Published at file:/);
  child.stdin.write('this is no message\n');
  await ask(3, 'no/such/method');
  assert.ok(existsSync(path.join(cli.environment.HOME ?? '', 'Videos', 'video-toolset', 'published')));
  assert.deepEqual(
    lines.filter((line) => JSON.parse(line).jsonrpc !== '2.0'),
    [],
  );
  assert.ok(lines.some((line) => line.includes('notifications/progress')));
  child.stdin.end();
  const [[code, signal]] = await ended;
  assert.deepEqual([code, signal], [0, null]);
});

test('what a package says by itself goes to stderr', async () => {
  await using cli = await openCommandLine();
  const hook = path.join(cli.cwd, 'talkative.mjs');
  await writeFile(hook, `process.on('SIGUSR2', () => console.log('How are you?'));`);
  using program = start(cli, { NODE_OPTIONS: `--import=${hook}` });
  const { child, lines, ended, ask } = program;
  await ask(1, 'initialize', HELLO);
  const said = once(child.stderr, 'data');
  child.kill('SIGUSR2');
  await said;
  await ask(2, 'ping');
  assert.equal(lines.length, 2);
  child.stdin.end();
  assert.equal((await ended)[1], 'How are you?\n');
});

test('a client that goes in the middle of a call, or a SIGTERM, ends it soon and leaves the job alone', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  for (const leave of ['stdin', 'SIGTERM'] as const) {
    await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
    using program = start(cli);
    const { child, ended, lines, send, ask } = program;
    await ask(1, 'initialize', HELLO);
    const call = { name: 'video_produce', arguments: { prompt: `left by ${leave}`, seconds: 4 } };
    send({ id: 2, method: 'tools/call', params: { ...call, _meta: { progressToken: 1 } } });
    while (!lines.some((line) => line.includes('notifications/progress'))) await once(child.stdout, 'data');
    if (leave === 'stdin') child.stdin.end();
    else child.kill('SIGTERM');
    const [[code, signal], stderr] = await ended;
    assert.deepEqual([code, signal, stderr], [0, null, ''], leave);
    const ledger = await cli.run(['ledger', '--json']);
    assert.match(ledger.stdout, /"state": "known"/);
  }
});

test('a .env file of the folder it is started in is not read', async () => {
  await using cli = await openCommandLine();
  await writeFile(path.join(cli.cwd, '.env'), 'VIDEO_NO_SUCH_SETTING=1\n');
  assert.match((await cli.run(['list'])).stderr, /VIDEO_NO_SUCH_SETTING/);
  using program = start(cli);
  const { child, ended, ask } = program;
  await ask(1, 'initialize', HELLO);
  child.stdin.end();
  assert.equal((await ended)[1], '');
});

test('wrong settings end it at once, on stderr', async () => {
  await using cli = await openCommandLine({ VIDEO_WAIT_MS: 'soon' });
  for (const [args, said] of [
    [['mcp'], /VIDEO_WAIT_MS/],
    [['mcp', '--http', 'many'], /VIDEO_WAIT_MS/],
  ] as const) {
    const { code, stdout, stderr } = await cli.run(args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, said);
  }
  const env = { VIDEO_WAIT_MS: '100' };
  assert.match((await cli.run(['mcp', '--http', 'many'], { env })).stderr, /--http must be a number/);
  assert.match((await cli.run(['mcp', '--yes'], { env })).stderr, /every call of every client/);
  assert.match((await cli.run(['mcp', '--token', 'short'], { env })).stderr, /mcpToken/);
});

test('without the package of the protocol one message names it', async () => {
  await using cli = await openCommandLine();
  const hook = path.join(cli.cwd, 'absent.mjs');
  await writeFile(
    hook,
    `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name.startsWith('@modelcontextprotocol/')) throw Object.assign(new Error('none'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    } });`,
  );
  for (const args of [['mcp'], ['mcp', '--http', '0']]) {
    const { code, stdout, stderr } = await cli.run(args, { env: { NODE_OPTIONS: `--import=${hook}` } });
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(
      stderr,
      'Error: Serving MCP needs the package @modelcontextprotocol/server.\nnpm install @modelcontextprotocol/server@2 (with --global where video-toolset is global)\n',
    );
  }
});
