import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createLog } from '../../lib/log.ts';
import type { CompletedClip } from '../../lib/studio/job.ts';
import { openRetention } from '../../lib/studio/retention.ts';
import { type JobStore, openJobStore, unixNow } from '../../lib/studio/store.ts';
import { openApi } from '../support/api.ts';
import { picture } from '../support/media.ts';
import {
  ask,
  createJob,
  field,
  openStudio,
  reaches,
  revisingEngine,
  testEngine,
  until,
  untilStopped,
} from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';

const DAY = 86_400;
/** What a clip of the test engine has on the disk, more or less. */
const CLIP_BYTES = 4_500;

const jobFolder = (state: string, id: string) => path.join(state, 'studio', 'jobs', id);

function change(state: string, sql: string): void {
  const database = new DatabaseSync(path.join(state, 'studio', 'jobs.db'), { timeout: 5_000 });
  database.exec(sql);
  database.close();
}

interface StoredClip extends Partial<CompletedClip> {
  id: string;
  engine?: string;
  bytes: number;
  completedAt: number;
}

/** A completed job whose files nobody wrote. */
async function storeClip(store: JobStore, { id, engine = 'test', ...clip }: StoredClip): Promise<void> {
  const recipe = { version: 1 as const, seed: 1, width: 64, height: 64, fps: 24, segments: [], palette: [] };
  const facts = { engine, prompt: 'x', seconds: '4', size: '64x64', reference: null, created_at: 1 };
  await store.insert({ ...facts, id, recipe, owner: 'me' });
  await store.startNext('me', engine.includes('/') ? 'remote' : 'local');
  await store.complete(id, 'me', { expiresAt: unixNow() + 30 * DAY, ...clip });
}

/** The end of any render is what makes the studio look for what has expired. */
async function sweep(baseUrl: string): Promise<void> {
  await reaches(baseUrl, await createJob(baseUrl), 'completed');
}

test('a completed clip says when it expires, and until then it is there', async () => {
  await using studio = await openStudio({ keepDays: 7 });
  const id = await createJob(studio.baseUrl);
  const { completed_at, expires_at } = Object(await reaches(studio.baseUrl, id, 'completed'));
  assert.equal(expires_at, completed_at + 7 * DAY);
  await sweep(studio.baseUrl);
  assert.equal((await fetch(`${studio.baseUrl}/videos/${id}/content`)).status, 200);
});

test('an expired clip is gone from the disk, says so, and can still be made anew', async () => {
  await using studio = await openStudio({ engine: revisingEngine() });
  const id = await createJob(studio.baseUrl, { seed: 4 });
  await reaches(studio.baseUrl, id, 'completed');
  change(studio.state, `UPDATE jobs SET expires_at = ${unixNow() - 1}`);
  const gone = await ask(`${studio.baseUrl}/videos/${id}/content`);
  assert.equal(gone.status, 410, 'at once, whether the files were removed or not');
  assert.partialDeepStrictEqual(gone.body, { error: { code: 'content_expired' } });
  await sweep(studio.baseUrl);
  await until(() => !existsSync(jobFolder(studio.state, id)));
  assert.partialDeepStrictEqual((await ask(`${studio.baseUrl}/videos/${id}`)).body, { id, status: 'completed' });
  const { status, body } = await ask(`${studio.baseUrl}/videos/${id}/remix`, 'POST', { prompt: 'a dog' });
  assert.equal(status, 200);
  await reaches(studio.baseUrl, field(body, 'id'), 'completed');
});

test('our client is told that an expired clip has expired, and that it can be made anew', async () => {
  await using studio = await openStudio();
  await using client = await openApi(studio.baseUrl, { server: 'studio' });
  const id = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, id, 'completed');
  change(studio.state, 'UPDATE jobs SET expires_at = 1');
  await assert.rejects(client.api.download(id, {}), { code: 'expired' });
});

test('an expired clip that was made with an image cannot be changed, for the image went with it', async () => {
  await using studio = await openStudio({ engine: revisingEngine() });
  const image_url = `data:image/png;base64,${picture('image/png').toString('base64')}`;
  const id = await createJob(studio.baseUrl, { input_reference: { image_url } });
  await reaches(studio.baseUrl, id, 'completed');
  change(studio.state, 'UPDATE jobs SET expires_at = 1');
  await sweep(studio.baseUrl);
  await until(() => !existsSync(jobFolder(studio.state, id)));
  const { status, body } = await ask(`${studio.baseUrl}/videos/${id}/remix`, 'POST', { prompt: 'a dog' });
  assert.equal(status, 400);
  assert.match(JSON.stringify(body), /reference image of video '.*' is gone/);
});

test('beyond the quota the oldest clips go first, and what is not completed is left alone', async () => {
  const engine = testEngine(async (task) => {
    if (task.recipe.seed === 1) await untilStopped(task);
  });
  await using studio = await openStudio({ engine, concurrency: 2, quotaBytes: 4 * CLIP_BYTES });
  const image_url = `data:image/png;base64,${picture('image/png').toString('base64')}`;
  const running = await createJob(studio.baseUrl, { seed: 1, input_reference: { image_url } });
  await reaches(studio.baseUrl, running, 'in_progress');
  const ids: string[] = [];
  for (let index = 0; index < 8; index++) {
    const id = await createJob(studio.baseUrl, { seed: 2 });
    await reaches(studio.baseUrl, id, 'completed');
    ids.push(id);
  }
  const kept = () => ids.filter((id) => existsSync(jobFolder(studio.state, id)));
  await until(() => kept().length === 3);
  assert.deepEqual(kept(), ids.slice(-3));
  assert.deepEqual(
    (await readdir(jobFolder(studio.state, running))).filter((name) => /^reference/.test(name)),
    ['reference.png'],
  );
  const { body, status } = await ask(`${studio.baseUrl}/videos/${ids[0]}/content`);
  assert.deepEqual([status, field(Object(body).error, 'code')], [410, 'content_expired']);
  assert.ok(Number(field((await ask(`${studio.baseUrl}/videos/${ids[0]}`)).body, 'expires_at')) <= unixNow());
});

test('a quota that is smaller than a clip still leaves the newest one', async () => {
  await using studio = await openStudio({ quotaBytes: 1 });
  const first = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, first, 'completed');
  const second = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, second, 'completed');
  await until(() => !existsSync(jobFolder(studio.state, first)));
  assert.equal((await fetch(`${studio.baseUrl}/videos/${second}/content`)).status, 200);
});

test('of clips of the same age those that may have been paid for stay longer', async () => {
  await using folder = await temporaryFolder();
  const store = await openJobStore(folder.path);
  const now = unixNow();
  const engines = ['google/veo', 'test', 'google/veo', 'test', 'test'];
  for (const [index, engine] of engines.entries())
    await storeClip(store, { id: `video_${index}`, engine, completedAt: now - 3 * DAY * (5 - index), bytes: 100 });
  const left = async () => {
    const { jobs } = await store.list({ limit: 10, order: 'asc' });
    return jobs.filter(({ expires_at }) => (expires_at ?? 0) > now).map(({ id }) => id);
  };
  assert.equal(await store.kept.expireBeyond(300, now), 2);
  assert.deepEqual(await left(), ['video_2', 'video_3', 'video_4'].toSorted());
  assert.equal(await store.kept.expireBeyond(200, now), 1);
  assert.deepEqual(await left(), ['video_2', 'video_4']);
  assert.equal(await store.kept.expireBeyond(1, now), 1);
  assert.deepEqual(await left(), ['video_4'], 'the newest stays in any case');
  store.close();
});

test('two studios that clear away the same clips at the same time are not in each other’s way', async () => {
  await using folder = await temporaryFolder();
  const stores = [await openJobStore(folder.path), await openJobStore(folder.path)];
  const [store] = stores;
  assert.ok(store);
  for (let index = 0; index < 300; index++) {
    const id = `video_${index}`;
    await mkdir(path.join(folder.path, 'jobs', id), { recursive: true });
    await writeFile(path.join(folder.path, 'jobs', id, 'clip'), 'x'.repeat(100));
    await storeClip(store, { id, completedAt: index, expiresAt: index < 100 ? 1 : unixNow() + DAY, bytes: 100 });
  }
  const sweeps = stores.map(({ kept }) =>
    openRetention({ folder: folder.path, clips: kept, quotaBytes: 10_000, log: createLog() }),
  );
  await Promise.all(sweeps.map(({ sweep }) => sweep()));
  assert.equal(await store.kept.bytes(), 10_000);
  assert.deepEqual(
    (await readdir(path.join(folder.path, 'jobs'))).sort(),
    Array.from({ length: 100 }, (_, index) => `video_${index + 200}`).sort(),
  );
  for (const { close } of sweeps) await close();
  for (const { close } of stores) close();
});

test('of many jobs the oldest are forgotten once their files are gone, and so are figures', async () => {
  await using studio = await openStudio();
  for (let index = 0; index < 5; index++) await reaches(studio.baseUrl, await createJob(studio.baseUrl), 'completed');
  const store = await openJobStore(path.join(studio.state, 'studio'));
  for (let index = 0; index < 5; index++)
    await store.insertCharacter({ id: `char_${index}`, name: 'Mossy', created_at: index });
  await store.kept.forgetOlder(2, 2);
  assert.equal((await store.list({ limit: 10, order: 'desc' })).jobs.length, 5, 'files are there');
  assert.deepEqual([await store.character('char_2'), (await store.character('char_3'))?.name], [undefined, 'Mossy']);
  await store.kept.expireOlder(2, unixNow());
  await sweep(studio.baseUrl);
  await until(async () => (await store.kept.waste(unixNow())).length === 0);
  await store.kept.forgetOlder(3, 2);
  assert.equal((await store.list({ limit: 10, order: 'desc' })).jobs.length, 3);
  store.close();
});

test('changes of jobs that are gone are forgotten once many others came after them', async () => {
  await using folder = await temporaryFolder();
  const store = await openJobStore(folder.path);
  for (let index = 0; index < 4; index++) await storeClip(store, { id: `video_${index}`, completedAt: 1, bytes: 100 });
  for (const id of ['video_0', 'video_3']) await store.remove(id);
  const database = new DatabaseSync(path.join(folder.path, 'jobs.db'));
  const changes = () =>
    database
      .prepare('SELECT job FROM job_changes ORDER BY number')
      .all()
      .map(({ job }) => job);
  assert.deepEqual(changes(), ['video_1', 'video_2', 'video_0', 'video_3']);
  await store.kept.forgetOlder(4, 1);
  assert.equal(changes().length, 4);
  await store.kept.forgetOlder(1, 1);
  assert.deepEqual(changes(), ['video_1', 'video_2', 'video_3']);
  database.close();
  store.close();
});

test('clips from before bytes were counted are counted', async () => {
  await using studio = await openStudio();
  const id = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, id, 'completed');
  change(studio.state, 'UPDATE jobs SET bytes = NULL');
  await sweep(studio.baseUrl);
  const store = await openJobStore(path.join(studio.state, 'studio'));
  await until(async () => ((await store.get(id))?.bytes ?? 0) > 4_000);
  store.close();
});

test('what a killed process left between two steps is removed after an hour, and nothing else', async () => {
  await using folder = await temporaryFolder();
  const store = await openJobStore(folder.path);
  const old = ['jobs/video_of_nobody', 'uploads/old'].map((name) => path.join(folder.path, name));
  const fresh = ['jobs/video_just_now', 'uploads/new'].map((name) => path.join(folder.path, name));
  for (const place of [...old, ...fresh]) {
    await mkdir(place, { recursive: true });
    await writeFile(path.join(place, 'file'), 'x');
  }
  for (const place of old) await utimes(place, 1, 1);
  const retention = openRetention({
    ...{ folder: folder.path, clips: store.kept, quotaBytes: 1, log: createLog() },
    looksForStraysAfterMs: 0,
  });
  await retention.sweep();
  assert.deepEqual([...old, ...fresh].map(existsSync), [false, false, true, true]);
  await retention.close();
  store.close();
});

test('a failed job leaves no files', async () => {
  const engine = testEngine(() => {
    throw new Error('no');
  });
  await using studio = await openStudio({ engine });
  const image_url = `data:image/png;base64,${picture('image/png').toString('base64')}`;
  const id = await createJob(studio.baseUrl, { input_reference: { image_url } });
  await reaches(studio.baseUrl, id, 'failed');
  await until(() => !existsSync(jobFolder(studio.state, id)));
});
