import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openSessions } from '../../lib/host/sessions.ts';
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
