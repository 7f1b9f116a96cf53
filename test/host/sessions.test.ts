import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSessions, type Session, type Sessions } from '../../lib/host/sessions.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a session is saved, for its user alone, and resumed', async () => {
  await using folder = await temporaryFolder();
  const sessions = openSessions(path.join(folder.path, 'sessions'));
  const session = sessions.start('sora_agent');
  assert.match(session.id, /^\d{8}-\d{4}-[0-9a-f]{6}$/);
  assert.deepEqual(await readdir(folder.path), [], 'a session that said nothing leaves no file');
  session.messages = [{ role: 'user', content: 'A boat 🛶' }];
  await sessions.save(session);

  assert.deepEqual(await openSessions(path.join(folder.path, 'sessions')).load(session.id), session);
  const { mode } = await stat(path.join(folder.path, 'sessions', `${session.id}.json`));
  assert.equal(mode & 0o777, 0o600);
});

test('whoever reads a session while it is saved sees it whole', async () => {
  await using folder = await temporaryFolder();
  const sessions = openSessions(folder.path);
  const session = sessions.start('sora_agent');
  const file = path.join(folder.path, `${session.id}.json`);
  const messages = Array.from({ length: 200 }, () => ({ role: 'user' as const, content: 'x'.repeat(1_000) }));
  await sessions.save(session);
  let isSaving = true;
  const saving = (async () => {
    for (let round = 0; round < 20; round++) await sessions.save({ ...session, messages: round % 2 ? messages : [] });
    isSaving = false;
  })();
  while (isSaving) JSON.parse(await readFile(file, 'utf8'));
  await saving;
  assert.deepEqual(await readdir(folder.path), [`${session.id}.json`]);
});

test('of saves at the same time the newest state stays', async () => {
  await using folder = await temporaryFolder();
  const sessions = openSessions(folder.path);
  for (let round = 0; round < 30; round++) {
    const session = sessions.start('sora_agent');
    const saves: Promise<void>[] = [];
    for (let said = 1; said <= 8; said++) {
      session.messages = [...session.messages, { role: 'user', content: 'x'.repeat(5_000 * (8 - said)) }];
      saves.push(sessions.save(session));
      await sleep(1);
    }
    await Promise.all(saves);
    assert.deepEqual(await sessions.load(session.id), session);
  }
});

test('a save that follows one that failed is made', async () => {
  await using folder = await temporaryFolder();
  const place = path.join(folder.path, 'sessions');
  await writeFile(place, 'in the way');
  const sessions = openSessions(place);
  const session = sessions.start('sora_agent');
  await Promise.all([assert.rejects(sessions.save(session)), assert.rejects(sessions.save(session))]);
  await rm(place);
  await sessions.save(session);
  assert.deepEqual(await sessions.load(session.id), session);
});

test('a session that cannot be saved leaves the saved one as it was', async (context) => {
  if (process.getuid?.() === 0) return context.skip('root may write everywhere');
  await using folder = await temporaryFolder();
  const sessions = openSessions(folder.path);
  const session = sessions.start('sora_agent');
  await sessions.save(session);
  await chmod(folder.path, 0o500);
  await assert.rejects(sessions.save({ ...session, agent: 'other' }));
  await chmod(folder.path, 0o700);
  assert.deepEqual(await sessions.load(session.id), session);
});

test('an id that is unknown, or none, is not found', async () => {
  await using folder = await temporaryFolder();
  const outside = path.join(folder.path, 'x.json');
  await writeFile(outside, JSON.stringify({ id: 'x', agent: 'a', created: '', messages: [] }));
  await mkdir(path.join(folder.path, 'sessions'));
  const sessions = openSessions(path.join(folder.path, 'sessions'));
  for (const id of ['unknown', '../x', outside, '', '.', 'a/b', 'a\0', 'x'.repeat(300)]) {
    await assert.rejects(sessions.load(id), { code: 'not_found' }, JSON.stringify(id));
  }
});

test('a damaged session is told as such', async () => {
  await using folder = await temporaryFolder();
  const sessions = openSessions(folder.path);
  for (const text of ['', '{"id":"a","messages":[', 'null', '[]', '{}', '{"id":"a","agent":"b","messages":{}}', '7']) {
    await writeFile(path.join(folder.path, 'a.json'), text);
    await assert.rejects(sessions.load('a'), { code: 'storage_failed', message: /a is damaged/ }, text);
  }
});

/** A session in which a clip was made and published. */
function talk(sessions: Sessions, request: string, url = 'https://clips.example/boat.mp4'): Session {
  const told = { summary: 'Published.', published: [{ url }], jobs: [{ id: 'video_1', prompt: 'In “dusk” light' }] };
  return {
    ...sessions.start('sora_agent'),
    messages: [
      { role: 'user', content: request },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I make it now.' },
          { type: 'tool-call', toolCallId: '1', toolName: 'video_produce', input: { prompt: 'A paper boat' } },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            ...{ type: 'tool-result', toolCallId: '1', toolName: 'video_produce' },
            output: { type: 'text', value: JSON.stringify(told) },
          },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'Thank you' }] },
    ],
  };
}

describe('a list of sessions', () => {
  test('has the newest first, with how each began, its requests and its addresses', async () => {
    await using folder = await temporaryFolder();
    const sessions = openSessions(path.join(folder.path, 'sessions'));
    assert.deepEqual(await sessions.list(), { sessions: [], damaged: [] });
    const [first, second] = [talk(sessions, 'A boat\n at dusk'), talk(sessions, `"},"messages":[${'界'.repeat(200)}`)];
    await sessions.save(first);
    await sessions.save(second);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await sessions.save(first);
    const { sessions: listed, damaged } = await sessions.list();
    assert.deepEqual(damaged, []);
    assert.deepEqual(
      listed.map(({ id, agent, words, turns, published }) => ({ id, agent, words, turns, published })),
      [
        { id: first.id, agent: 'sora_agent', words: 'A boat at dusk', turns: 2, published: 1 },
        { id: second.id, agent: 'sora_agent', words: `"},"messages":[${'界'.repeat(65)}…`, turns: 2, published: 1 },
      ],
    );
    assert.ok((listed[0]?.updated ?? '') > first.created);
  });

  test('leaves out what is damaged, and names it', async () => {
    await using folder = await temporaryFolder();
    const sessions = openSessions(folder.path);
    const whole = talk(sessions, 'A boat');
    await sessions.save(whole);
    const text = await readFile(path.join(folder.path, `${whole.id}.json`), 'utf8');
    await writeFile(path.join(folder.path, 'cut.json'), text.replaceAll(whole.id, 'cut').slice(0, -40));
    await writeFile(path.join(folder.path, 'other-name.json'), text);
    await writeFile(path.join(folder.path, 'empty.json'), '');
    await mkdir(path.join(folder.path, 'folder.json'));
    const old = { id: 'old', agent: 'sora_agent', created: '2026-01-01T00:00:00.000Z', messages: whole.messages };
    await writeFile(path.join(folder.path, 'old.json'), JSON.stringify(old));
    const expected = ['cut.json', 'empty.json', 'folder.json', 'other-name.json'];
    for (const list of [await sessions.list(), await sessions.search(['boat'])]) {
      assert.deepEqual(list.damaged, expected);
      assert.deepEqual(
        list.sessions.map(({ id, turns, published }) => [id, turns, published]),
        [
          [whole.id, 2, 1],
          ['old', 2, 1],
        ],
      );
    }
  });

  test('leaves out those that another one handed work to; a search finds them', async () => {
    await using folder = await temporaryFolder();
    const sessions = openSessions(folder.path);
    const part = talk(sessions, 'A boat');
    const plan = talk(sessions, 'Three clips');
    const value = JSON.stringify({ summary: 'Done.', session: part.id });
    plan.messages.push({
      role: 'tool',
      content: [
        {
          ...{ type: 'tool-result', toolCallId: '2', toolName: 'hand_off_sora_agent' },
          output: { type: 'text', value },
        },
      ],
    });
    await sessions.save(plan);
    await sessions.save(part);
    const { sessions: listed } = await sessions.list();
    assert.deepEqual(
      listed.map(({ id, handedOn }) => ({ id, handedOn })),
      [{ id: plan.id, handedOn: [part.id] }],
    );
    assert.equal((await sessions.search(['thank'])).sessions.length, 2);
  });

  test('can be searched for the words of a request, an answer, a call and a result, in any case', async () => {
    await using folder = await temporaryFolder();
    const sessions = openSessions(folder.path);
    await sessions.save(talk(sessions, 'A KITE over a meadow, early in the morning, before anybody else is awake'));
    await sessions.save(talk(sessions, 'Ein Boot', 'https://clips.example/boot.mp4'));
    const found = async (...words: string[]) =>
      (await sessions.search(words)).sessions.map(({ snippet }) => snippet).sort();
    assert.deepEqual(await found('kite', 'morning'), [
      'A KITE over a meadow, early in the morning, before anybody else is awake',
    ]);
    assert.deepEqual(await found('anybody'), ['… a meadow, early in the morning, before anybody else is awake']);
    assert.deepEqual(await found('i make it'), ['I make it now.', 'I make it now.']);
    assert.deepEqual(await found('paper boat'), ['A paper boat', 'A paper boat']);
    assert.deepEqual(await found('boot.mp4'), [
      'Published. · https://clips.example/boot.mp4 · video_1 · In “dusk” light',
    ]);
    assert.equal((await found('“dusk”')).length, 2);
    assert.deepEqual(await found('kite', 'boot'), [], 'the words are in different sessions');
    assert.deepEqual(await found('tool-result'), [], 'only what was said is looked at');
  });

  test('is read quickly: two thousand of them', async (context) => {
    await using folder = await temporaryFolder();
    const sessions = openSessions(folder.path);
    const model = talk(sessions, 'A boat');
    for (let turn = 0; turn < 5; turn++) model.messages.push(...model.messages.slice(0, 4));
    await sessions.save(model);
    const text = await readFile(path.join(folder.path, `${model.id}.json`), 'utf8');
    for (let number = 1; number < 2_000; number++) {
      const id = `20260101-0000-${number.toString(16).padStart(6, '0')}`;
      await writeFile(path.join(folder.path, `${id}.json`), text.replaceAll(model.id, id));
    }
    const started = performance.now();
    assert.equal((await sessions.list()).sessions.length, 2_000);
    const listedMs = performance.now() - started;
    assert.equal((await sessions.search(['paper boat'])).sessions.length, 2_000);
    const searchedMs = performance.now() - started - listedMs;
    context.diagnostic(
      `2,000 sessions: listed in ${Math.round(listedMs)} ms, searched in ${Math.round(searchedMs)} ms`,
    );
  });
});

test('a session is loaded by a beginning of its id that no other has', async () => {
  await using folder = await temporaryFolder();
  const sessions = openSessions(folder.path);
  for (const id of ['20260101-0900-aaaaaa', '20260101-0900-aaabbb', '20260202'])
    await sessions.save({ ...sessions.start('sora_agent'), id });
  assert.equal((await sessions.load('20260101-0900-aaab')).id, '20260101-0900-aaabbb');
  assert.equal((await sessions.load('20260202')).id, '20260202');
  await assert.rejects(sessions.load('20260101'), {
    code: 'invalid_argument',
    message: '2 sessions begin with 20260101: 20260101-0900-aaabbb, 20260101-0900-aaaaaa.',
  });
});

describe('a claim on a session', () => {
  test('keeps others away until it is given back, and leaves no file', async () => {
    await using folder = await temporaryFolder();
    const sessions = openSessions(folder.path);
    const claim = await sessions.claim('a');
    await using _other = await sessions.claim('b');
    await assert.rejects(openSessions(folder.path).claim('a'), {
      code: 'storage_failed',
      message: `The session a is open in process ${process.pid}; two cannot go on with it.`,
    });
    await claim[Symbol.asyncDispose]();
    const again = await sessions.claim('a');
    await again[Symbol.asyncDispose]();
    assert.deepEqual((await readdir(folder.path)).sort(), ['b.lock', 'b.pid']);
  });

  test('ends with its process, however that ends', async () => {
    await using folder = await temporaryFolder();
    const module = path.join(import.meta.dirname, '../../lib/host/sessions.ts');
    const script = `
      const { openSessions } = await import(${JSON.stringify(module)});
      await openSessions(${JSON.stringify(folder.path)}).claim('a');
      console.log('claimed');
      setInterval(() => undefined, 1_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const sessions = openSessions(folder.path);
    await assert.rejects(sessions.claim('a'), { message: new RegExp(`open in process ${child.pid};`) });
    child.kill('SIGKILL');
    await once(child, 'close');
    await using claim = await sessions.claim('a');
    assert.ok(claim);
  });

  test('is had by one of many who want it at once, again and again', async () => {
    await using folder = await temporaryFolder();
    let holders = 0;
    let most = 0;
    let rounds = 0;
    const contend = async () => {
      const sessions = openSessions(folder.path);
      for (let attempt = 0; attempt < 50; attempt++) {
        const claim = await sessions.claim('a').catch(() => undefined);
        if (claim === undefined) continue;
        most = Math.max(most, ++holders);
        rounds++;
        await new Promise((resolve) => setImmediate(resolve));
        holders--;
        await claim[Symbol.asyncDispose]();
      }
    };
    await Promise.all(Array.from({ length: 6 }, contend));
    assert.equal(most, 1);
    assert.ok(rounds > 0);
  });
});
