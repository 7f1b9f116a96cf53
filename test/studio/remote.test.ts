import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createLog } from '../../lib/log.ts';
import { NotHere, type RemoteTask } from '../../lib/studio/engines/engine.ts';
import { JobFailure } from '../../lib/studio/jobFailure.ts';
import { openJobs } from '../../lib/studio/jobs.ts';
import { startStudio } from '../../lib/studio/server.ts';
import {
  ask,
  clipOf,
  createJob,
  noRemote,
  openStudio,
  reaches,
  remoteEngine,
  testEngine,
  until,
} from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';

const MODEL = 'acme/veo-9';

/** A provider that counts what it is asked for; the clip of a ticket is ready when `ready` says so. */
function provider({ ready = async () => undefined as unknown } = {}) {
  const asked: string[] = [];
  const fetched: string[] = [];
  const work = async ({ ticket, jobId, commit, keep, signal }: RemoteTask) => {
    if (ticket === undefined) {
      await commit();
      asked.push(jobId);
      await keep(`ticket of ${jobId}`);
    }
    fetched.push(ticket ?? 'a new one');
    await Promise.race([
      ready(),
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ]);
  };
  return { asked, fetched, openRemote: async (model: string) => remoteEngine(model, work) };
}

test('a model of a provider makes the clip, and the job says so', async () => {
  const { asked, openRemote } = provider();
  await using studio = await openStudio({ openRemote });
  const id = await createJob(studio.baseUrl, { model: MODEL, seed: 3, seconds: '7', size: '1920x1080' });
  const done = await reaches(studio.baseUrl, id, 'completed');
  assert.partialDeepStrictEqual(done, { model: MODEL, seconds: '7', size: '1920x1080', seed: 3, error: null });
  assert.match(JSON.stringify(done), /Made by acme\/veo-9/);
  assert.deepEqual(asked, [id]);
  const notices = [];
  for (const route of [id, `${id}/content`, ''])
    notices.push((await ask(`${studio.baseUrl}/videos/${route}`.replace(/\/$/, ''))).headers.get('x-studio-notice'));
  notices.push((await ask(`${studio.baseUrl}/videos/none`)).headers.get('x-studio-notice'));
  assert.deepEqual(
    notices.map((notice) => /animatic engine/.test(notice ?? '')),
    [false, false, false, true],
  );
  const thumbnail = await ask(`${studio.baseUrl}/videos/${id}/content?variant=thumbnail`);
  assert.equal(thumbnail.status, 404);
});

test('old names go where the map says, dated ones with them, and the job keeps the name that was asked for', async () => {
  const { openRemote } = provider();
  await using studio = await openStudio({ openRemote, models: { 'sora-2': MODEL, fast: 'acme/fast' } });
  const cases: [string | undefined, string, string | undefined][] = [
    ['sora-2', MODEL, 'sora-2'],
    ['sora-2-2025-12-08', MODEL, 'sora-2-2025-12-08'],
    ['sora-2-pro', 'test', 'sora-2-pro'],
    ['sora-2-pro-2025-10-06', 'test', 'sora-2-pro-2025-10-06'],
    ['fast', 'acme/fast', 'fast'],
    ['animatic', 'test', undefined],
    [MODEL, MODEL, undefined],
    [undefined, 'test', undefined],
  ];
  for (const [name, model, requested_model] of cases) {
    const id = await createJob(studio.baseUrl, { ...(name !== undefined && { model: name }) });
    const { body } = await ask(`${studio.baseUrl}/videos/${id}`);
    const { model: made, requested_model: asked } = Object(body);
    assert.deepEqual([made, asked], [model, requested_model], String(name));
  }
});

test('a model that cannot be used is refused, and nothing is stored', async () => {
  await using studio = await openStudio({ openRemote: noRemote });
  for (const model of [MODEL, 'veo-3', 'constructor', '']) {
    const { status, body } = await ask(`${studio.baseUrl}/videos`, 'POST', { prompt: 'a boat', model });
    assert.equal(status, 400, model);
    assert.partialDeepStrictEqual(body, { error: { param: 'model', code: 'model_not_found' } });
  }
  assert.partialDeepStrictEqual((await ask(`${studio.baseUrl}/videos`)).body, { data: [] });
});

test('a studio that was closed in the middle goes on with the ticket, and asks for nothing twice', async () => {
  await using folder = await temporaryFolder();
  const first = provider({ ready: () => new Promise(() => undefined) });
  const studio = await startStudio({ state: folder.path, engine: testEngine(), openRemote: first.openRemote });
  const id = await createJob(studio.baseUrl, { model: MODEL });
  await until(() => first.fetched.length === 1);
  await studio.close();
  const second = provider();
  await using next = await openStudio({ state: folder.path, openRemote: second.openRemote });
  await reaches(next.baseUrl, id, 'completed');
  assert.deepEqual([first.asked, second.asked, second.fetched], [[id], [], [`ticket of ${id}`]]);
});

test('a job that was asked for but has no ticket fails, and is not asked for again', async () => {
  await using folder = await temporaryFolder();
  let isAsked = false;
  const openRemote = async (model: string) =>
    remoteEngine(model, async ({ commit, signal }) => {
      await commit();
      isAsked = true;
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
  const studio = await startStudio({ state: folder.path, engine: testEngine(), openRemote });
  const id = await createJob(studio.baseUrl, { model: MODEL });
  await reaches(studio.baseUrl, id, 'in_progress');
  await until(() => isAsked);
  await studio.close();
  const second = provider();
  await using next = await openStudio({ state: folder.path, openRemote: second.openRemote });
  const failed = await reaches(next.baseUrl, id, 'failed');
  assert.partialDeepStrictEqual(failed, { error: { code: 'outcome_unknown' } });
  assert.match(JSON.stringify(failed), /may have been made, and billed/);
  assert.deepEqual(second.asked, []);
});

test('a studio that lacks the key leaves the job to one that has it', async () => {
  await using folder = await temporaryFolder();
  const first = provider({ ready: () => new Promise(() => undefined) });
  const studio = await startStudio({ state: folder.path, engine: testEngine(), openRemote: first.openRemote });
  const id = await createJob(studio.baseUrl, { model: MODEL });
  await until(() => first.fetched.length === 1);
  await studio.close();
  let refused = 0;
  await using without = await openStudio({
    state: folder.path,
    openRemote: async () => {
      refused++;
      throw new NotHere('ACME_KEY is not set');
    },
  });
  await until(() => refused === 1);
  assert.partialDeepStrictEqual((await ask(`${without.baseUrl}/videos/${id}`)).body, { error: null });
  const second = provider();
  await using next = await openStudio({ state: folder.path, openRemote: second.openRemote });
  await reaches(next.baseUrl, id, 'completed');
  assert.deepEqual([refused, second.asked], [1, []]);
});

test('a studio whose key was refused goes on with the clip when it is taken again', async () => {
  await using folder = await temporaryFolder();
  const { asked, fetched, openRemote } = provider();
  let refusals = 0;
  const jobs = await openJobs({
    folder: folder.path,
    engine: testEngine(),
    log: createLog(),
    declinedMs: 50,
    openRemote: async (model) => {
      if (refusals++ === 0) throw new NotHere('its key is refused.');
      return openRemote(model);
    },
  });
  const request = { prompt: 'x', seconds: 4, width: 320, height: 180, remote: await openRemote(MODEL) };
  const { id } = await jobs.create(request);
  await until(async () => (await jobs.get(id))?.status === 'completed');
  assert.deepEqual([asked, fetched.length], [[id], 1]);
  await jobs.close();
});

test('a clip that is there is not lost because that cannot be noted at once', async () => {
  const gate = Promise.withResolvers<void>();
  const { asked, openRemote } = provider({ ready: () => gate.promise });
  const lines: string[] = [];
  const log = createLog({ enabled: true, write: (line) => lines.push(line) });
  await using studio = await openStudio({ openRemote, log });
  const id = await createJob(studio.baseUrl, { model: MODEL, seed: 3 });
  await until(() => asked.length === 1);
  using database = new DatabaseSync(path.join(studio.state, 'studio', 'jobs.db'));
  database.exec(`CREATE TRIGGER full BEFORE UPDATE ON jobs WHEN new.status = 'completed'
    BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
  gate.resolve();
  await until(() => lines.some((line) => /not stored|failed/.test(line)));
  database.exec('DROP TRIGGER full');
  await reaches(studio.baseUrl, id, 'completed');
  const bytes = await (await fetch(`${studio.baseUrl}/videos/${id}/content`)).arrayBuffer();
  assert.deepEqual(Buffer.from(bytes), clipOf({ seed: 3 }));
});

for (const [what, hasTicket] of [
  ['that can be fetched again', true],
  ['that cannot be fetched again', false],
] as const) {
  test(`a clip ${what}, and that lay there when the studio was killed, is taken as it is`, async () => {
    await using folder = await temporaryFolder();
    let isAsked = false;
    const openRemote = async (model: string) =>
      remoteEngine(model, async ({ commit, keep, signal }) => {
        await commit();
        if (hasTicket) await keep('a ticket');
        isAsked = true;
        if (!signal.aborted) await once(signal, 'abort');
        throw signal.reason;
      });
    const studio = await startStudio({ state: folder.path, engine: testEngine(), openRemote });
    const id = await createJob(studio.baseUrl, { model: MODEL });
    await until(() => isAsked);
    await studio.close();
    // As a process leaves it that ends between its last two steps.
    const output = path.join(folder.path, 'studio', 'jobs', id, 'output');
    await mkdir(output, { recursive: true });
    await writeFile(path.join(output, 'video.mp4'), clipOf({ seed: 7 }));
    const second = provider();
    await using next = await openStudio({ state: folder.path, openRemote: second.openRemote });
    await reaches(next.baseUrl, id, 'completed');
    const bytes = await (await fetch(`${next.baseUrl}/videos/${id}/content`)).arrayBuffer();
    assert.deepEqual(Buffer.from(bytes), clipOf({ seed: 7 }));
    assert.deepEqual([second.asked, second.fetched], [[], []]);
  });
}

test('clips that are made elsewhere take no room from renders, and the other way round', async () => {
  const { fetched, openRemote } = provider({ ready: () => new Promise(() => undefined) });
  await using studio = await openStudio({ openRemote, concurrency: 1 });
  for (let index = 0; index < 3; index++) await createJob(studio.baseUrl, { model: MODEL });
  await until(() => fetched.length === 3);
  await reaches(studio.baseUrl, await createJob(studio.baseUrl), 'completed');
});

test('what a provider said against a clip, and what it noted and took, is in the job', async () => {
  const openRemote = async (model: string) =>
    remoteEngine(model, async ({ commit, tell, recipe }) => {
      await commit();
      await tell({ notes: ['8 seconds instead of 7', '8 seconds instead of 7'], usd: 0.25 });
      await tell({ notes: ['no seed'] });
      if (recipe.seed === 1) throw new JobFailure('moderation_blocked', 'The prompt was refused.');
    });
  await using studio = await openStudio({ openRemote });
  const facts = { notes: ['8 seconds instead of 7', 'no seed'], cost: { usd: 0.25 } };
  const blocked = await createJob(studio.baseUrl, { model: MODEL, seed: 1 });
  const error = { code: 'moderation_blocked', message: 'The prompt was refused.' };
  assert.partialDeepStrictEqual(await reaches(studio.baseUrl, blocked, 'failed'), { ...facts, error });
  const made = await createJob(studio.baseUrl, { model: MODEL });
  const done = await reaches(studio.baseUrl, made, 'completed');
  assert.partialDeepStrictEqual(done, { ...facts, seed: null });
});

test('a studio that closes before it asks leaves the asking to the next one', async () => {
  await using folder = await temporaryFolder();
  const openRemote = async (model: string) =>
    remoteEngine(model, async ({ commit, signal }) => {
      if (!signal.aborted) await once(signal, 'abort');
      await commit();
    });
  const studio = await startStudio({ state: folder.path, engine: testEngine(), openRemote });
  const id = await createJob(studio.baseUrl, { model: MODEL });
  await reaches(studio.baseUrl, id, 'in_progress');
  await studio.close();
  const second = provider();
  await using next = await openStudio({ state: folder.path, openRemote: second.openRemote });
  await reaches(next.baseUrl, id, 'completed');
  assert.deepEqual(second.asked, [id]);
});

test('a deleted job is not asked for', async () => {
  const gate = Promise.withResolvers<void>();
  const asked: string[] = [];
  const openRemote = async (model: string) =>
    remoteEngine(model, async ({ commit, jobId }) => {
      await gate.promise;
      await commit();
      asked.push(jobId);
    });
  await using studio = await openStudio({ openRemote });
  const id = await createJob(studio.baseUrl, { model: MODEL });
  await reaches(studio.baseUrl, id, 'in_progress');
  const deleted = ask(`${studio.baseUrl}/videos/${id}`, 'DELETE');
  await until(async () => (await ask(`${studio.baseUrl}/videos/${id}`)).status === 404);
  gate.resolve();
  assert.equal((await deleted).status, 200);
  assert.deepEqual(asked, []);
});

test('a clip of another model cannot be changed, and that is said', async () => {
  const { openRemote } = provider();
  await using studio = await openStudio({ openRemote });
  const id = await createJob(studio.baseUrl, { model: MODEL });
  await reaches(studio.baseUrl, id, 'completed');
  const video = { id };
  for (const [path, body] of [
    [`${id}/remix`, { prompt: 'a dog' }],
    ['edits', { prompt: 'a dog', video }],
    ['extensions', { prompt: 'a dog', video, seconds: '4' }],
  ] as const) {
    const answer = await ask(`${studio.baseUrl}/videos/${path}`, 'POST', body);
    assert.equal(answer.status, 400);
    assert.partialDeepStrictEqual(answer.body, { error: { code: 'unsupported_video' } });
    assert.match(JSON.stringify(answer.body), /acme\/veo-9/);
  }
});
