import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createLog } from '../../lib/log.ts';
import type { Engine } from '../../lib/studio/engines/engine.ts';
import { openJobs } from '../../lib/studio/jobs.ts';
import { picture } from '../support/media.ts';
import {
  ask,
  clipOf,
  createJob,
  field,
  noRemote,
  openStudio,
  reaches,
  testEngine,
  until,
  untilStopped,
} from '../support/studio.ts';
import { NEEDS_ROOT, temporaryDisk, temporaryFolder } from '../support/temporary.ts';

const jobFolder = (state: string, id: string) => path.join(state, 'studio', 'jobs', id);

test('jobs are listed newest first, in pages', async () => {
  await using studio = await openStudio();
  const url = `${studio.baseUrl}/videos`;
  assert.partialDeepStrictEqual((await ask(url)).body, { data: [], first_id: null, last_id: null, has_more: false });
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) ids.push(await createJob(studio.baseUrl));
  const [a = '', b = '', c = '', d = '', e = ''] = ids;
  const page = async (query: string) => {
    const { status, body } = await ask(`${url}?${query}`);
    assert.equal(status, 200);
    const { data } = Object(body);
    return [data.map((job: { id: string }) => job.id), field(body, 'has_more')];
  };
  assert.deepEqual(await page(''), [[e, d, c, b, a], 'false']);
  assert.deepEqual(await page('limit=2'), [[e, d], 'true']);
  assert.deepEqual(await page(`limit=2&after=${d}`), [[c, b], 'true']);
  assert.deepEqual(await page(`limit=2&after=${b}`), [[a], 'false']);
  assert.deepEqual(await page(`after=${a}`), [[], 'false']);
  assert.deepEqual(await page('order=asc&limit=3'), [[a, b, c], 'true']);
  assert.deepEqual(await page(`order=asc&after=${c}`), [[d, e], 'false']);
  assert.deepEqual(await page('limit=0'), [[], 'true']);
  assert.deepEqual(await page(`limit=0&after=${a}`), [[], 'false']);
  assert.partialDeepStrictEqual((await ask(`${url}?limit=2`)).body, { first_id: e, last_id: d });
});

test('bad queries, unknown ids and unknown routes are refused in the envelope', async () => {
  await using studio = await openStudio();
  const id = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, id, 'completed');
  const cases: [string, string, number][] = [
    ['GET', '/videos?limit=101', 400],
    ['GET', '/videos?limit=-1', 400],
    ['GET', '/videos?limit=ten', 400],
    ['GET', '/videos?limit=', 400],
    ['GET', '/videos?order=up', 400],
    ['GET', '/videos?after=video_none', 404],
    ['GET', '/videos/video_none', 404],
    ['GET', '/videos/video_none/content', 404],
    ['DELETE', '/videos/video_none', 404],
    ['GET', `/videos/${id}/content?variant=gif`, 400],
    ['GET', `/videos/${id}/content?variant=..%2f..%2fjobs.db`, 400],
    ['GET', '/videos/..%2f..%2fjobs.db/content', 404],
    ['GET', '/videos/%zz', 400],
    ['GET', `/videos/${'x'.repeat(2_000)}`, 414],
    ['GET', '/nothing', 404],
    ['PUT', '/videos', 404],
    ['POST', `/videos/${id}`, 404],
  ];
  for (const [method, route, status] of cases) {
    const answer = await ask(`${studio.baseUrl}${route}`, method);
    assert.equal(answer.status, status, `${method} ${route.slice(0, 80)}: ${JSON.stringify(answer.body)}`);
    assert.partialDeepStrictEqual(answer.body, { error: { type: 'invalid_request_error' } });
    assert.match(answer.headers.get('x-request-id') ?? '', /^req_/, route);
  }
});

test('content is there once the job is completed, in every variant', async () => {
  const gate = Promise.withResolvers<void>();
  await using studio = await openStudio({ engine: testEngine(() => gate.promise) });
  const id = await createJob(studio.baseUrl, { seed: 3 });
  const url = `${studio.baseUrl}/videos/${id}/content`;
  const early = await ask(url);
  assert.equal(early.status, 400);
  assert.partialDeepStrictEqual(early.body, { error: { code: 'video_not_ready' } });
  gate.resolve();
  const done = await reaches(studio.baseUrl, id, 'completed');
  assert.partialDeepStrictEqual(done, { progress: 100, error: null });
  const types = { video: 'video/mp4', thumbnail: 'image/webp', spritesheet: 'image/jpeg' };
  for (const [variant, type] of Object.entries(types)) {
    const response = await fetch(`${url}?variant=${variant}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, type]);
    assert.equal(response.headers.get('content-length'), String(bytes.length));
    if (variant === 'video') assert.deepEqual(bytes, clipOf({ seed: 3 }));
  }
});

test('a completed clip whose file was removed is gone, and that is said', async () => {
  await using studio = await openStudio();
  const id = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, id, 'completed');
  await rm(path.join(jobFolder(studio.state, id), 'output', 'video.mp4'));
  const { status, body } = await ask(`${studio.baseUrl}/videos/${id}/content`);
  assert.equal(status, 410);
  assert.partialDeepStrictEqual(body, { error: { code: 'content_gone', type: 'invalid_request_error' } });
  assert.match(JSON.stringify(body), new RegExp(`${id}.*gone`));
  assert.equal((await fetch(`${studio.baseUrl}/videos/${id}/content?variant=thumbnail`)).status, 200);
});

for (const [what, isDeleted, status, code] of [
  ['whose source is deleted meanwhile', true, 404, 'not_found'],
  ["whose source's reference image was removed", false, 400, 'unsupported_video'],
] as const) {
  test(`a remix ${what} is refused cleanly`, async () => {
    await using state = await temporaryFolder();
    const engine: Engine = {
      ...testEngine(),
      // As another studio would, between the finding of the source and the copying of its picture.
      revise: (recipe) => {
        rmSync(path.join(state.path, 'studio', 'jobs'), { recursive: true });
        if (!isDeleted) return recipe;
        const database = new DatabaseSync(path.join(state.path, 'studio', 'jobs.db'));
        database.exec('DELETE FROM jobs');
        database.close();
        return recipe;
      },
    };
    await using studio = await openStudio({ engine, state: state.path });
    const image_url = `data:image/png;base64,${picture('image/png').toString('base64')}`;
    const id = await createJob(studio.baseUrl, { input_reference: { image_url } });
    await reaches(studio.baseUrl, id, 'completed');
    const answer = await ask(`${studio.baseUrl}/videos/${id}/remix`, 'POST', { prompt: 'a dog' });
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.partialDeepStrictEqual(answer.body, { error: { code } });
  });
}

test('parts of a clip can be asked for, and are given only while the clip is the same', async () => {
  await using studio = await openStudio();
  const id = await createJob(studio.baseUrl, { seed: 4 });
  await reaches(studio.baseUrl, id, 'completed');
  const clip = clipOf({ seed: 4 });
  const get = async (headers: Record<string, string>) => {
    const response = await fetch(`${studio.baseUrl}/videos/${id}/content`, { headers });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const whole = await get({});
  assert.equal(whole.response.headers.get('accept-ranges'), 'bytes');
  const ranges: [string, number, number][] = [
    ['bytes=0-9', 0, 10],
    ['bytes=100-', 100, clip.length],
    ['bytes=-5', clip.length - 5, clip.length],
    ['bytes=4000-999999', 4_000, clip.length],
  ];
  for (const [range, start, end] of ranges) {
    const { response, bytes } = await get({ range });
    assert.equal(response.status, 206, range);
    assert.equal(response.headers.get('content-range'), `bytes ${start}-${end - 1}/${clip.length}`);
    assert.deepEqual(bytes, clip.subarray(start, end));
  }
  assert.equal((await get({ range: `bytes=${clip.length}-` })).response.status, 416);
  const etag = whole.response.headers.get('etag') ?? '';
  assert.equal((await get({ range: 'bytes=0-9', 'if-range': etag })).response.status, 206);
  const changed = await get({ range: 'bytes=0-9', 'if-range': '"another"' });
  assert.deepEqual([changed.response.status, changed.bytes.length], [200, clip.length]);
});

test('queued, running and completed jobs can be deleted, and nothing of them is left', async () => {
  const stopped: string[] = [];
  const engine = testEngine(async (task) => {
    if (task.recipe.seed !== 1) return;
    await untilStopped(task).catch((error) => {
      stopped.push(task.directory);
      throw error;
    });
  });
  await using studio = await openStudio({ engine, concurrency: 1 });
  const completed = await createJob(studio.baseUrl, { seed: 2 });
  await reaches(studio.baseUrl, completed, 'completed');
  const running = await createJob(studio.baseUrl, { seed: 1 });
  await reaches(studio.baseUrl, running, 'in_progress');
  const queued = await createJob(studio.baseUrl, { seed: 3 });
  for (const id of [queued, running, completed]) {
    const { status, body } = await ask(`${studio.baseUrl}/videos/${id}`, 'DELETE');
    assert.deepEqual([status, body], [200, { id, object: 'video.deleted', deleted: true }]);
    assert.equal((await ask(`${studio.baseUrl}/videos/${id}`)).status, 404);
    assert.ok(!existsSync(jobFolder(studio.state, id)));
  }
  assert.equal(stopped.length, 1);
  await reaches(studio.baseUrl, await createJob(studio.baseUrl, { seed: 5 }), 'completed');
});

test('a failed render is a failed job that says why, and the next job is rendered', async () => {
  const engine = testEngine(({ recipe }) => {
    if (recipe.seed === 1) throw new Error('The camera is broken.');
    if (recipe.seed === 2) throw Object.assign(new Error('write'), { code: 'ENOSPC' });
  });
  await using studio = await openStudio({ engine });
  const id = await createJob(studio.baseUrl, { seed: 1 });
  const failed = await reaches(studio.baseUrl, id, 'failed');
  assert.partialDeepStrictEqual(failed, { error: { code: 'render_failed', message: 'The camera is broken.' } });
  assert.partialDeepStrictEqual((await ask(`${studio.baseUrl}/videos/${id}/content`)).body, {
    error: { code: 'video_failed' },
  });
  const full = await reaches(studio.baseUrl, await createJob(studio.baseUrl, { seed: 2 }), 'failed');
  assert.partialDeepStrictEqual(full, { error: { code: 'disk_full' } });
  await reaches(studio.baseUrl, await createJob(studio.baseUrl, { seed: 3 }), 'completed');
});

test('a render that shows no sign of life is ended, one that goes on slowly is not', async () => {
  await using folder = await temporaryFolder();
  const engine = testEngine(async (task) => {
    if (task.recipe.seed === 1) return await untilStopped(task);
    for (let frame = 0; frame < 6; frame++) {
      task.onProgress(frame, 6);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  const jobs = await openJobs({
    folder: folder.path,
    engine,
    openRemote: noRemote,
    log: createLog(),
    stallMs: 400,
    concurrency: 2,
  });
  const request = { prompt: 'x', seconds: 4, width: 320, height: 180 };
  const stalled = await jobs.create({ ...request, seed: 1 });
  const slow = await jobs.create({ ...request, seed: 2 });
  await until(async () => (await jobs.get(stalled.id))?.status === 'failed');
  assert.match((await jobs.get(stalled.id))?.error?.message ?? '', /no progress for 0.4 seconds/);
  await until(async () => (await jobs.get(slow.id))?.status === 'completed');
  await until(() => !existsSync(path.join(folder.path, 'jobs', stalled.id)));
  await jobs.close();
});

test('a disk that is full fails the job, not the studio', async (context) => {
  await using disk = await temporaryDisk('size=512k');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  const filler = path.join(disk.path, 'filler');
  const engine = testEngine(async ({ directory }) => {
    await writeFile(filler, Buffer.alloc(1_000_000)).catch(() => undefined);
    await writeFile(path.join(directory, 'video.mp4'), Buffer.alloc(1_000_000));
  });
  const jobs = await openJobs({ folder: disk.path, engine, openRemote: noRemote, log: createLog() });
  const { id } = await jobs.create({ prompt: 'x', seconds: 4, width: 320, height: 180 });
  await until(() => existsSync(filler));
  await assert.rejects(
    async () => {
      while (true) await jobs.create({ prompt: 'x'.repeat(32_000), seconds: 4, width: 320, height: 180 });
    },
    { code: 'disk_full' },
  );
  await rm(filler);
  await until(async () => (await jobs.get(id))?.status === 'failed');
  assert.equal((await jobs.get(id))?.error?.code, 'disk_full');
  await jobs.close();
});

test('no more jobs are rendered at once than allowed, oldest first', async () => {
  let active = 0;
  let most = 0;
  const order: number[] = [];
  const engine = testEngine(async ({ recipe }) => {
    order.push(recipe.seed);
    most = Math.max(most, ++active);
    await new Promise((resolve) => setTimeout(resolve, 20));
    active--;
  });
  await using studio = await openStudio({ engine, concurrency: 2 });
  const ids = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => createJob(studio.baseUrl, { seed })));
  for (const id of ids) await reaches(studio.baseUrl, id, 'completed');
  assert.equal(most, 2);
  assert.deepEqual(order.toSorted(), [1, 2, 3, 4, 5, 6]);
});
