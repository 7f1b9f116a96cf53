import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KEY } from '../support/key.ts';
import { mp4 } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';
import { openStudio, testEngine, untilStopped } from '../support/studio.ts';
import { documentOf, openCommandLine } from './support.ts';

const SORA_AGENT = fileURLToPath(new URL('../../agents/sora_agent.ts', import.meta.url));

test('the help fits a screen and names every command', async () => {
  await using cli = await openCommandLine();
  const { code, stdout, stderr } = await cli.run(['--help']);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  const lines = stdout.trimEnd().split('\n');
  assert.ok(lines.length <= 40, `${lines.length} lines`);
  for (const command of [
    'agent',
    'plan',
    'sessions',
    'storyboard',
    'worker',
    'produce',
    'ledger',
    'create',
    'wait',
    'retrieve',
    'list',
    'download',
    'remix',
    'edit',
    'extend',
    'character',
    'delete',
    'publish',
    'studio',
    'mcp',
  ]) {
    assert.match(stdout, new RegExp(`^ {2}${command}\\b`, 'm'));
  }
  assert.match(stdout, /Exit codes: 0 done/);
});

for (const args of [
  ['dance'],
  ['create'],
  ['create', 'a', 'b'],
  ['create', '--colour', 'red', 'a'],
  ['create', 'a', '--seconds', '-4'],
  ['create', 'a', '--seconds', 'four'],
  ['create', 'a', '--size', '12x'],
  ['produce'],
  ['produce', 'a', '--variation', '0'],
  ['produce', '--resume', '--timeout', 'soon'],
  ['ledger', '--limit', 'many'],
  ['ledger', 'decide', 'clip-0123456789ab'],
  ['ledger', 'decide', 'clip-0123456789ab', '--resend', '--drop'],
  ['create', '  '],
  ['wait'],
  ['wait', 'video_1', '--timeout', 'soon'],
  ['retrieve', '../x'],
  ['list', '--limit', '0'],
  ['download', 'video_1', '--name', '../x'],
  ['publish', '/etc/hostname'],
  ['studio', '--port', '70000'],
  ['studio', '--host', '0.0.0.0'],
  ['studio', '--token', 'short'],
  ['studio', '--cors', 'app.example.org'],
  ['studio', '--keep-days', '0'],
  ['studio', '--queue', 'long'],
  ['agent', ' '],
  ['--workspace', '', 'list'],
]) {
  test(`wrong usage (${args.join(' ')}) is exit code 2 with a message, and starts nothing`, async () => {
    await using server = await listen((_request, response) => response.writeHead(500).end());
    await using cli = await openCommandLine({ VIDEO_BASE_URL: server.baseUrl });
    const { code, stdout, stderr } = await cli.run(args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.ok(stderr.length > 10);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.equal(server.received.length, 0);
  });
}

test('an empty request on stdin is wrong usage', async () => {
  await using cli = await openCommandLine();
  for (const args of [['agent'], ['agent', '--json']]) {
    const { code, stderr } = await cli.run(args, { input: ' \n' });
    assert.equal(code, 2);
    assert.match(stderr, /What should be made/);
  }
});

test('a failure is one JSON document too', async () => {
  await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
  for (const args of [
    ['create', ' '],
    ['agent', ' '],
    ['retrieve', 'video_1'],
    ['publish', 'nothing.mp4'],
    ['studio', '--port', 'x'],
    ['agent', '--resume', '../x', 'go on'],
  ]) {
    const outcome = await cli.run(['--json', ...args]);
    assert.notEqual(outcome.code, 0);
    assert.ok(documentOf(outcome).error?.message, args.join(' '));
  }
});

test('a wrong setting is exit code 2 and names its variable', async () => {
  await using cli = await openCommandLine();
  for (const [name, value] of [
    ['VIDEO_BASE_URL', 'ftp://x'],
    ['VIDEO_POLL_MS', 'often'],
    ['VIDEO_HEADERS', '{'],
    ['VIDEO_APPROVE_DELETE', 'maybe'],
    ['VIDEO_BASE_ULR', 'http://x'],
    ['AGENT_MODEL', 'nobody/nothing'],
  ] as const) {
    const { code, stdout, stderr } = await cli.run(['agent', 'A boat'], { env: { [name]: value } });
    assert.equal(code, 2, `${name}: ${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(name));
  }
});

test('an unreachable server is exit code 1 with a clear message', async () => {
  const gone = await listen(() => undefined);
  await gone[Symbol.asyncDispose]();
  await using cli = await openCommandLine({ VIDEO_BASE_URL: gone.baseUrl });
  const { code, stdout, stderr } = await cli.run(['create', 'A boat']);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /cannot be reached \(ECONNREFUSED\)/);
  assert.match(stderr, /VIDEO_BASE_URL/);
});

test('a .env file in the current folder is read, and the environment beats it', async () => {
  await using studio = await openStudio();
  await using cli = await openCommandLine();
  await writeFile(path.join(cli.cwd, '.env'), `VIDEO_BASE_URL=${studio.baseUrl}\n`);
  const created = await cli.run(['create', 'A boat', '--json']);
  assert.equal(created.code, 0, created.stderr);
  const listed = documentOf(await cli.run(['list', '--json']));
  assert.equal(listed.jobs?.[0]?.id, documentOf(created).jobs?.[0]?.id);
  assert.equal((await cli.run(['list'], { env: { VIDEO_BASE_URL: 'http://127.0.0.1:9' } })).code, 1);
});

test('a key is sent to the server, and shown nowhere: not in the log, and not where the server repeats it', async () => {
  const message = `Wrong key: ${KEY}`;
  await using server = await listen((_request, response) => answerJson(response, { error: { message } }, 401));
  await using cli = await openCommandLine({ VIDEO_BASE_URL: server.baseUrl, VIDEO_DEBUG: '1' });
  await writeFile(path.join(cli.cwd, '.env'), `VIDEO_API_KEY=${KEY}\n`);
  for (const args of [['create', 'A boat'], ['list'], ['doctor'], ['agent', 'A boat']]) {
    const { code, stderr } = await cli.run(args, { env: { VIDEO_API_KEY: undefined } });
    assert.notEqual(code, 2, stderr);
    assert.match(stderr, /request/, args.join(' '));
    assert.equal(server.received.at(-1)?.headers.authorization, `Bearer ${KEY}`);
  }
});

test('a deadline that passes is exit code 4, and the message says how to go on', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const id = documentOf(await cli.run(['create', 'A boat', '--json'])).jobs?.[0]?.id ?? '-';
  const plain = await cli.run(['wait', id, '--timeout', '1']);
  assert.equal(plain.code, 4);
  assert.match(plain.stdout, new RegExp(`Go on with: video-toolset wait ${id}$`, 'm'));
  const json = await cli.run(['wait', id, '--timeout', '1', '--json']);
  assert.equal(json.code, 4);
  assert.equal(documentOf(json).jobs?.[0]?.id, id);
  assert.match(json.stderr, new RegExp(`Go on with: video-toolset wait ${id}$`, 'm'));
});

test('Ctrl-C during a wait leaves the job alone and names the command to go on with', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const id = documentOf(await cli.run(['create', 'A boat', '--json'])).jobs?.[0]?.id ?? '-';
  const wait = cli.start(['wait', id]);
  await wait.line(/waiting/);
  wait.child.kill('SIGINT');
  const { code, stderr } = await wait.ended;
  assert.equal(code, 130);
  assert.match(stderr, new RegExp(`Stopped waiting for ${id}; the job was left alone`));
  assert.match(stderr, new RegExp(`^Go on with: video-toolset wait ${id}$`, 'm'));
  assert.match(documentOf(await cli.run(['retrieve', id, '--json'])).jobs?.[0]?.status ?? '', /queued|in_progress/);
});

for (const json of [false, true]) {
  test(`Ctrl-C while a create is on its way says that a job may have been made, and sends it once${json ? ' (--json)' : ''}`, async () => {
    const arrived = Promise.withResolvers<void>();
    await using server = await listen(() => arrived.resolve());
    await using cli = await openCommandLine({ VIDEO_BASE_URL: server.baseUrl });
    const create = cli.start(['create', 'A boat', ...(json ? ['--json'] : [])]);
    await arrived.promise;
    create.child.kill('SIGINT');
    const outcome = await create.ended;
    assert.equal(outcome.code, 130, outcome.stderr);
    assert.match(outcome.stderr, /may have been made/);
    assert.equal(json ? documentOf(outcome).error?.code : outcome.stdout, json ? 'outcome_unknown' : '');
    assert.equal(server.received.length, 1);
  });
}

test('an agent that is killed while a create is on its way makes no second job when it goes on', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  const arrived = Promise.withResolvers<void>();
  let creates = 0;
  // Before the studio stands a server that passes every call on, and never answers the first create.
  await using server = await listen(async ({ method, url, headers, body }, response) => {
    const answer = await fetch(new URL(url, studio.baseUrl), {
      method,
      ...(method === 'POST' && { body: new Uint8Array(body) }),
      headers: { 'content-type': headers['content-type'] ?? '' },
    });
    const told: unknown = await answer.json();
    if (method === 'POST' && ++creates === 1) return arrived.resolve();
    answerJson(response, told, answer.status);
  });
  await using cli = await openCommandLine({
    VIDEO_BASE_URL: server.baseUrl,
    VIDEO_SEND_DEADLINE_MS: '500',
    VIDEO_TIMEOUT_MS: '400',
    VIDEO_QUARANTINE_MS: '1000',
  });
  const agent = cli.start(['A paper boat. 4 seconds.'], { program: SORA_AGENT });
  await arrived.promise;
  agent.child.kill('SIGKILL');
  assert.equal((await agent.ended).code, null);
  const [session = '-'] = (await readdir(path.join(cli.environment.VIDEO_STATE ?? '', 'sessions'))).map(
    (name) => path.parse(name).name,
  );
  const resumed = documentOf(await cli.run(['agent', '--resume', session, 'go on', '--json']));
  assert.equal(resumed.session, session);
  assert.match(resumed.text ?? '', /does not tell whether a job was made.*video-toolset ledger clip-/s);
  assert.equal(creates, 1);
  assert.equal(documentOf(await cli.run(['list', '--json'])).jobs?.length, 1);
});

test('Ctrl-C during an agent run names the session, which goes on with the same job', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const agent = cli.start(['A paper boat. 4 seconds.'], { program: SORA_AGENT });
  await agent.line(/waiting/);
  agent.child.kill('SIGINT');
  const { code, stderr } = await agent.ended;
  assert.equal(code, 130, stderr);
  const [, session = '-'] = /^Go on with: video-toolset agent --resume (\S+) "go on"$/m.exec(stderr) ?? [];
  assert.ok(session !== '-', stderr);
  const [job] = documentOf(await cli.run(['list', '--json'])).jobs ?? [];
  assert.match(stderr, new RegExp(`Not finished yet: ${job?.id}`));

  const resumed = cli.start(['agent', '--resume', session, 'go on']);
  await resumed.line(/waiting/);
  resumed.child.kill('SIGINT');
  assert.equal((await resumed.ended).code, 130);
  assert.equal(documentOf(await cli.run(['list', '--json'])).jobs?.length, 1);
});

test('a delete that nobody can approve is exit code 3; --yes approves it', async () => {
  await using studio = await openStudio();
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const id = documentOf(await cli.run(['create', 'A boat', '--json'])).jobs?.[0]?.id ?? '-';
  const refused = await cli.run(['delete', id, '--json']);
  assert.equal(refused.code, 3);
  assert.equal(documentOf(refused).error?.code, 'not_approved');
  assert.equal((await cli.run(['retrieve', id])).code, 0);
  const deleted = await cli.run(['delete', id, '--yes', '--json']);
  assert.equal(deleted.code, 0, deleted.stderr);
  assert.deepEqual(documentOf(deleted).deleted, [id]);
  assert.equal((await cli.run(['retrieve', id])).code, 1);
});

test('a job that failed is exit code 1', async () => {
  const failing = testEngine(() => {
    throw new Error('no paint left');
  });
  await using studio = await openStudio({ engine: failing });
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const id = documentOf(await cli.run(['create', 'A boat', '--json'])).jobs?.[0]?.id ?? '-';
  const { code, stdout } = await cli.run(['wait', id]);
  assert.equal(code, 1);
  assert.match(stdout, /failed: "no paint left/);
});

test('nothing is on stderr with --quiet, as long as all goes well', async () => {
  await using studio = await openStudio();
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const quiet = async (...args: string[]) => {
    const outcome = await cli.run(['--quiet', '--json', ...args]);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.equal(outcome.stderr, '', args.join(' '));
    return documentOf(outcome);
  };
  const id = (await quiet('create', 'A boat')).jobs?.[0]?.id ?? '-';
  await quiet('create', 'Another boat');
  await quiet('wait', id);
  const [file] = (await quiet('download', id, '--name', 'my boat')).files ?? [];
  assert.ok(file && existsSync(file.path));
  await quiet('publish', 'my boat.mp4');
  await quiet('agent', 'A third boat. Publish it.');
  const page = await cli.run(['--quiet', 'list', '--limit', '1']);
  assert.equal(page.stderr, '');
  assert.equal(page.stdout.trim().split('\n').length, 1);
});

test('a file is published by the path one types, here or in the workspace', async () => {
  await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
  const workspace = path.join(cli.cwd, 'clips');
  await mkdir(workspace);
  await writeFile(path.join(workspace, 'boat.mp4'), mp4());
  const publish = (name: string) => cli.run(['publish', name, '--workspace', 'clips']);
  const [typed, relative] = [await publish('clips/boat.mp4'), await publish('boat.mp4')];
  assert.equal(typed.code, 0, typed.stderr);
  assert.equal(typed.stdout, relative.stdout);
  assert.match(typed.stdout, /^file:\/\/\/.*boat-[0-9a-f]{8}\.mp4\n$/);
});

test('files that are published together fail apart', async () => {
  await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
  const workspace = cli.environment.VIDEO_WORKSPACE ?? '';
  await mkdir(workspace);
  await writeFile(path.join(workspace, 'boat.mp4'), mp4());
  const outcome = await cli.run(['publish', 'missing.mp4', 'boat.mp4', '--json']);
  assert.equal(outcome.code, 1);
  assert.equal(documentOf(outcome).published?.length, 1);
  assert.equal(documentOf(outcome).error?.code, 'file_not_found');
});

test('what the AI SDK tells programmers is not told to the person', async () => {
  await using server = await listen((_request, response) =>
    answerJson(response, {
      ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'of-tomorrow', stop_reason: 'end_turn' },
      ...{ content: [{ type: 'text', text: 'Hello.' }], usage: { input_tokens: 1, output_tokens: 1 } },
    }),
  );
  const baseUrl = server.baseUrl;
  await using cli = await openCommandLine({ AGENT_MODEL: 'anthropic/of-tomorrow', AGENT_BASE_URL: baseUrl });
  const { code, stdout, stderr } = await cli.run(['agent', 'Hello', '--no-stream']);
  assert.deepEqual([code, stdout, stderr], [0, 'Hello.\n', '']);
});
