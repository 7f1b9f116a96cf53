import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Fetch } from '../../../lib/studio/engines/bridge/providers.ts';
import { startStudio } from '../../../lib/studio/server.ts';
import { createJob, openStudio, reaches, testEngine, until } from '../../support/studio.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { DIALECTS, type Dialect } from './dialects.ts';
import { prodia } from './oneCallDialects.ts';
import { clipOf, startProvider } from './provider.ts';
import { bridgeTo } from './support.ts';

const SCRIPT = fileURLToPath(new URL('bridgeProcess.ts', import.meta.url));

/** A studio in a process of its own. */
async function spawnStudio(state: string, dialect: string, origin: string) {
  const args = ['--disable-warning=ExperimentalWarning', SCRIPT, state, dialect, origin];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal);
    await exited;
  };
  return { baseUrl: String(line).trim(), end, [Symbol.asyncDispose]: () => end('SIGKILL') };
}

for (const [name, dialect] of Object.entries<Dialect>(DIALECTS)) {
  const { model } = dialect;

  test(`a studio that is killed while ${name} makes a clip goes on with the same one`, async () => {
    await using folder = await temporaryFolder();
    await using provider = await startProvider(dialect);
    await using first = await spawnStudio(folder.path, name, provider.origin);
    const id = await createJob(first.baseUrl, { model, prompt: '[slow]' });
    await until(() => provider.polls() > 1, 20_000);
    await first.end('SIGKILL');
    await using next = await spawnStudio(folder.path, name, provider.origin);
    const before = provider.polls();
    await until(() => provider.polls() > before, 20_000);
    provider.release();
    await reaches(next.baseUrl, id, 'completed', 20_000);
    const bytes = await (await fetch(`${next.baseUrl}/videos/${id}/content`)).arrayBuffer();
    assert.deepEqual(Buffer.from(bytes), clipOf({ id: 'job0' }));
    assert.equal(provider.jobs.length, 1);
  });
}

test('a studio that is killed before the clip that is its answer comes does not ask again', async () => {
  await using folder = await temporaryFolder();
  await using provider = await startProvider(prodia);
  await using first = await spawnStudio(folder.path, 'prodia', provider.origin);
  const id = await createJob(first.baseUrl, { model: prodia.model, prompt: '[slow]' });
  await until(() => provider.jobs.length === 1, 20_000);
  await first.end('SIGKILL');
  await using next = await spawnStudio(folder.path, 'prodia', provider.origin);
  const failed = await reaches(next.baseUrl, id, 'failed', 20_000);
  assert.partialDeepStrictEqual(failed, { error: { code: 'outcome_unknown' } });
  provider.release();
  await reaches(next.baseUrl, await createJob(next.baseUrl, { model: prodia.model }), 'completed', 20_000);
  assert.deepEqual(
    provider.jobs.map(({ prompt }) => prompt),
    ['[slow]', 'a boat'],
  );
});

test('a studio that is closed while a package waits in the call that asked goes on with it, its provider away or not', async () => {
  await using folder = await temporaryFolder();
  const { bytedance } = DIALECTS;
  await using provider = await startProvider(bytedance);
  let failures = 0;
  const away: Fetch = async (input, init) => {
    if (init?.method !== 'POST' && failures < 6) throw new TypeError(`fetch failed ${++failures}`);
    return await fetch(input, init);
  };
  const bridge = bridgeTo(bytedance, provider.origin);
  const studio = await startStudio({ state: folder.path, engine: testEngine(), bridge });
  const id = await createJob(studio.baseUrl, { model: bytedance.model, prompt: '[slow]' });
  await until(() => provider.polls() > 1);
  await studio.close();
  provider.release();
  const settings = (origin: string) => ({ ...bytedance.settings(origin), fetch: away });
  await using next = await openStudio({
    state: folder.path,
    bridge: bridgeTo({ ...bytedance, settings }, provider.origin),
  });
  await reaches(next.baseUrl, id, 'completed', 30_000);
  assert.deepEqual([provider.jobs.length, failures], [1, 6]);
});

test('a studio that is killed while it asks does not ask again, and says that there may be a clip', async () => {
  await using folder = await temporaryFolder();
  const { xai } = DIALECTS;
  await using provider = await startProvider(xai);
  await using first = await spawnStudio(folder.path, 'xai', provider.origin);
  const id = await createJob(first.baseUrl, { model: xai.model, prompt: '[held]' });
  await until(() => provider.jobs.length === 1, 20_000);
  await first.end('SIGKILL');
  await using next = await spawnStudio(folder.path, 'xai', provider.origin);
  const failed = await reaches(next.baseUrl, id, 'failed', 20_000);
  assert.partialDeepStrictEqual(failed, { error: { code: 'outcome_unknown' } });
  assert.equal(provider.jobs.length, 1);
});

test('a studio that is closed while it asks hears the answer out, and the next one goes on', async () => {
  await using folder = await temporaryFolder();
  const { replicate } = DIALECTS;
  await using provider = await startProvider(replicate);
  const bridge = bridgeTo(replicate, provider.origin);
  const studio = await startStudio({ state: folder.path, engine: testEngine(), bridge });
  const id = await createJob(studio.baseUrl, { model: replicate.model, prompt: '[held]' });
  await until(() => provider.jobs.length === 1);
  const closed = studio.close();
  provider.release();
  await closed;
  await using next = await openStudio({ state: folder.path, bridge });
  await reaches(next.baseUrl, id, 'completed');
  assert.equal(provider.jobs.length, 1);
});

test('a studio that comes back after the limit still waits a while for the clip', async () => {
  await using folder = await temporaryFolder();
  const { replicate } = DIALECTS;
  await using provider = await startProvider(replicate);
  const bridge = bridgeTo(replicate, provider.origin);
  const studio = await startStudio({ state: folder.path, engine: testEngine(), bridge });
  const id = await createJob(studio.baseUrl, { model: replicate.model, prompt: '[slow]' });
  await until(() => provider.polls() > 0);
  await studio.close();
  const database = new DatabaseSync(path.join(folder.path, 'studio', 'jobs.db'));
  database.exec('UPDATE jobs SET asked_at = asked_at - 86400');
  database.close();
  await using next = await openStudio({ state: folder.path, bridge });
  const before = provider.polls();
  await until(() => provider.polls() > before + 1);
  provider.release();
  await reaches(next.baseUrl, id, 'completed');
});

test('whenever a studio is killed, what is asked for is asked for once', async () => {
  await using folder = await temporaryFolder();
  const { xai } = DIALECTS;
  await using provider = await startProvider(xai);
  const ids: string[] = [];
  for (let round = 0; round < 4; round++) {
    await using studio = await spawnStudio(folder.path, 'xai', provider.origin);
    for (let index = 0; index < 3; index++)
      ids.push(await createJob(studio.baseUrl, { model: xai.model, prompt: `clip ${ids.length}` }));
    await sleep(Math.random() * 300);
    await studio.end('SIGKILL');
  }
  await using last = await spawnStudio(folder.path, 'xai', provider.origin);
  const ended: string[] = [];
  for (const id of ids) {
    await until(async () => {
      const body = await (await fetch(`${last.baseUrl}/videos/${id}`)).json();
      const { status, error } = Object(body);
      if (status === 'failed') assert.equal(error.code, 'outcome_unknown');
      return status === 'failed' || (status === 'completed' && ended.push(id) > 0);
    }, 30_000);
  }
  const prompts = provider.jobs.map(({ prompt }) => prompt);
  assert.equal(new Set(prompts).size, prompts.length, String(prompts));
  assert.ok(ended.length > 0);
});
