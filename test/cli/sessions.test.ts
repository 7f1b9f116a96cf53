import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openSessions } from '../../lib/host/sessions.ts';
import { listenAsModel } from '../support/chatServer.ts';
import { type CommandLine, documentOf, type Outcome, openCommandLine } from './support.ts';

interface Sessions {
  sessions: { id: string; agent: string; words: string; turns: number; published: number; snippet?: string }[];
  total: number;
  damaged: string[];
}

const listOf = ({ stdout }: Outcome): Sessions => JSON.parse(stdout);

/** A session in which somebody asked and was answered. */
async function save(cli: CommandLine, agent: string, request: string): Promise<string> {
  const sessions = openSessions(path.join(cli.environment.VIDEO_STATE ?? '', 'sessions'));
  const session = sessions.start(agent);
  session.messages = [
    { role: 'user', content: request },
    { role: 'assistant', content: `Answer 1 to: ${request}` },
  ];
  await sessions.save(session);
  return session.id;
}

describe('sessions', () => {
  test('are listed and searched; what is damaged is told and left out', async () => {
    await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
    const boat = await save(cli, 'sora_agent', 'A paper boat');
    await setTimeout(5);
    const kite = await save(cli, 'planner_agent', 'A red \u001b[31mkite');
    await writeFile(path.join(cli.environment.VIDEO_STATE ?? '', 'sessions', 'broken.json'), '{');

    const listed = await cli.run(['sessions', 'list', '--json']);
    assert.equal(listed.code, 0);
    assert.equal(listed.stderr, 'Damaged, and left out: broken.json\n');
    const { sessions, total, damaged } = listOf(listed);
    assert.deepEqual([total, damaged], [2, ['broken.json']]);
    assert.deepEqual(
      sessions.map(({ id, agent, turns, published }) => ({ id, agent, turns, published })),
      [
        { id: kite, agent: 'planner_agent', turns: 1, published: 0 },
        { id: boat, agent: 'sora_agent', turns: 1, published: 0 },
      ],
    );
    const plain = await cli.run(['sessions', 'list', '--limit', '1']);
    const rows = `^${kite}  A red \ufffd\\[31mkite\n    planner_agent, .*, 1 request, 0 published\n$`;
    assert.match(plain.stdout, new RegExp(rows));
    assert.match(plain.stderr, /^1 more; --limit 2 shows all\.$/m);

    const found = listOf(await cli.run(['sessions', 'search', 'BOAT', 'answer', '--json']));
    assert.deepEqual(
      found.sessions.map(({ id, snippet }) => ({ id, snippet })),
      [{ id: boat, snippet: 'Answer 1 to: A paper boat' }],
    );
    const shown = await cli.run(['sessions', 'search', 'kite']);
    assert.match(shown.stdout, /\n {4}“A red \ufffd\[31mkite”\n$/);
  });

  test('are resumed by a beginning of their id, the newest without one, with a request or standard input', async () => {
    await using chat = await listenAsModel((messages) => {
      const requests = messages.filter(({ role }) => role === 'user');
      return `Answer ${requests.length} to: ${requests.at(-1)?.content}`;
    });
    await using cli = await openCommandLine({
      ...{ VIDEO_BASE_URL: 'http://127.0.0.1:9', AGENT_MODEL: 'openai-compatible/x', AGENT_BASE_URL: chat.baseUrl },
    });
    const boat = await save(cli, 'sora_agent', 'A paper boat');
    await setTimeout(5);
    const kite = await save(cli, 'planner_agent', 'A kite');
    const first = documentOf(await cli.run(['sessions', 'resume', boat.slice(0, -2), 'And now?', '--json']));
    assert.deepEqual([first.session, first.text], [boat, 'Answer 2 to: And now?']);
    const newest = documentOf(await cli.run(['sessions', 'resume', 'the newest one', '--json']));
    assert.deepEqual([newest.session, newest.text], [boat, 'Answer 3 to: the newest one']);
    const piped = await cli.run(['sessions', 'resume', kite], { input: 'From a pipe' });
    assert.equal(piped.stdout, 'Answer 2 to: From a pipe\n');
    assert.deepEqual(
      (await readdir(path.join(cli.environment.VIDEO_STATE ?? '', 'sessions'))).sort(),
      [boat, kite].sort().map((id) => `${id}.json`),
      'a claim is left behind',
    );
  });

  test('that are not there are an error that says what to do', async () => {
    await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
    const empty = await cli.run(['sessions', 'list']);
    assert.deepEqual([empty.code, empty.stdout, empty.stderr], [0, '', 'No sessions.\n']);
    for (const [args, code, message] of [
      [['resume'], 1, /There is no session yet\.\nStart one: video-toolset agent/],
      [['resume', '2026', 'go on'], 1, /There is no session "2026"/],
      [['resume', '../../etc/passwd', 'go on'], 1, /There is no session/],
      [['search'], 2, /missing required argument/],
      [['search', ' '], 2, /Say which words to look for/],
      [['list', '--limit', 'many'], 2, /--limit must be a number/],
      [['dance'], 2, /unknown command/],
    ] as const) {
      const outcome = await cli.run(['sessions', ...args]);
      assert.equal(outcome.code, code, `${args.join(' ')}: ${outcome.stderr}`);
      assert.match(outcome.stderr, message);
    }
  });
});
