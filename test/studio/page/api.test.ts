import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, createJob, field, openStudio, reaches, testEngine } from '../../support/studio.ts';

/** Prompts of the jobs in an answer. */
async function prompts(baseUrl: string, query: string): Promise<string[]> {
  const { status, body } = await ask(new URL(`/studio/jobs?${query}`, baseUrl).href);
  assert.equal(status, 200, JSON.stringify(body));
  return Object(body).jobs.map(({ prompt }: { prompt: string }) => prompt);
}

test('jobs come newest first and in pages, with their number by status', async () => {
  await using studio = await openStudio();
  for (let number = 1; number <= 5; number++) await createJob(studio.baseUrl, { prompt: `clip ${number}` });
  const { body } = await ask(new URL('/studio/jobs?limit=2', studio.baseUrl).href);
  const { jobs, has_more, counts, version } = Object(body);
  assert.deepEqual(
    jobs.map(({ prompt }: { prompt: string }) => prompt),
    ['clip 5', 'clip 4'],
  );
  assert.equal(has_more, true);
  assert.ok(version > 0);
  assert.equal(counts.queued + counts.in_progress + counts.completed, 5);
  assert.deepEqual(await prompts(studio.baseUrl, `limit=9&before=${jobs[1].number}`), ['clip 3', 'clip 2', 'clip 1']);
});

test('a search finds words in prompt, model and id, in any case, and takes signs as they are', async () => {
  await using studio = await openStudio({
    engine: testEngine(({ recipe }) => {
      if (recipe.seed === 13) throw new Error('No.');
    }),
  });
  const { baseUrl } = studio;
  const id = await createJob(baseUrl, { prompt: 'Ein Bär im WALD' });
  await createJob(baseUrl, { prompt: '100% of a_b\\c "quoted"' });
  await reaches(baseUrl, await createJob(baseUrl, { prompt: 'a broken bear', seed: 13 }), 'failed');
  const found = (query: string) => prompts(baseUrl, `query=${encodeURIComponent(query)}`);
  assert.deepEqual(await found('wald BÄR'), ['Ein Bär im WALD']);
  assert.deepEqual(await found(id), ['Ein Bär im WALD']);
  assert.deepEqual(await found(id.slice(-8)), ['Ein Bär im WALD']);
  assert.equal((await found('TEST')).length, 3, 'the engine is called so');
  for (const sign of ['%', '_', '\\', '"quoted"', 'a_b\\c']) assert.equal((await found(sign)).length, 1, sign);
  assert.deepEqual(await found("' OR 1=1 --"), []);
  assert.deepEqual(await prompts(baseUrl, 'status=failed'), ['a broken bear']);
  assert.deepEqual(await prompts(baseUrl, 'status=queued,failed&query=bear'), ['a broken bear']);
});

test('what cannot be asked for is refused', async () => {
  await using studio = await openStudio();
  for (const [query, param] of [
    ['limit=0', 'limit'],
    ['limit=many', 'limit'],
    ['limit=501', 'limit'],
    ['before=-1', 'before'],
    ['status=done', 'status'],
    [`query=${'x'.repeat(201)}`, 'query'],
    ['query=a&query=b', 'query'],
  ] as const) {
    const { status, body } = await ask(new URL(`/studio/jobs?${query}`, studio.baseUrl).href);
    assert.equal(status, 400, query);
    assert.equal(field(Object(body).error, 'param'), param);
  }
  const statusOf = async (path: string) => (await ask(new URL(path, studio.baseUrl).href)).status;
  for (const path of ['/studio/jobs/video_none', '/studio/page/none.js']) assert.equal(await statusOf(path), 404, path);
  for (const path of ['/studio/page/..%2fpage.ts', '/studio/page/.ts']) assert.equal(await statusOf(path), 403, path);
});

test('a long prompt is told whole where one clip is looked at, and only begun on the wall', async () => {
  await using studio = await openStudio();
  const prompt = 'long '.repeat(2_000);
  const id = await createJob(studio.baseUrl, { prompt });
  assert.deepEqual(await prompts(studio.baseUrl, ''), [prompt.slice(0, 300)]);
  const { body } = await ask(new URL(`/studio/jobs/${id}`, studio.baseUrl).href);
  assert.equal(field(Object(body).video, 'prompt'), prompt);
});

test('the page may run nothing but its own files, and be framed by nobody', async () => {
  await using studio = await openStudio();
  const { headers } = await fetch(new URL('/', studio.baseUrl));
  const policy = headers.get('content-security-policy') ?? '';
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
  ])
    assert.ok(policy.includes(rule), rule);
  for (const rule of ["form-action 'none'", "frame-ancestors 'none'"]) assert.ok(policy.includes(rule), rule);
  assert.doesNotMatch(policy, /unsafe|data:|http|\*/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
  assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
  assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
});
