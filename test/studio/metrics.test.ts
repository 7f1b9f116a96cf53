import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNoKey, KEY } from '../support/key.ts';
import { ask, createJob, openStudio, reaches, testEngine, until } from '../support/studio.ts';

/** Every line of the text format is a comment or `name{labels} value`. */
const LINE =
  /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="([^"\\\n]|\\.)*"(,[a-z]+="([^"\\\n]|\\.)*")*\})? -?[0-9.e+-]+)$/;

async function metrics(baseUrl: string, headers = {}): Promise<string> {
  const response = await fetch(new URL('/metrics', baseUrl), { headers });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  return await response.text();
}

/** The value of a line that begins so. */
function figureOf(text: string, start: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${start} `));
  return Number(line?.slice(start.length + 1) ?? Number.NaN);
}

test('the figures tell jobs, renders, bytes and how requests were answered', async () => {
  const gate = Promise.withResolvers<void>();
  const engine = testEngine(async ({ recipe }) => {
    if (recipe.seed === 1) throw new Error('no');
    if (recipe.seed === 2) await gate.promise;
  });
  await using studio = await openStudio({ engine, concurrency: 1, quotaBytes: 12_345_678 });
  await reaches(studio.baseUrl, await createJob(studio.baseUrl, { seconds: '8' }), 'completed');
  await reaches(studio.baseUrl, await createJob(studio.baseUrl, { seed: 1 }), 'failed');
  await reaches(studio.baseUrl, await createJob(studio.baseUrl, { seed: 2 }), 'in_progress');
  await createJob(studio.baseUrl);
  await ask(`${studio.baseUrl}/videos/video_none`);
  await ask(`${studio.baseUrl}/nowhere`);
  const text = await metrics(studio.baseUrl);
  for (const line of text.trimEnd().split('\n')) assert.match(line, LINE);
  assert.ok(text.endsWith('\n'));
  const expected = {
    'studio_jobs{status="completed"}': 1,
    'studio_jobs{status="failed"}': 1,
    'studio_jobs{status="in_progress"}': 1,
    'studio_jobs{status="queued"}': 1,
    'studio_jobs_waiting{lane="local"}': 1,
    'studio_renders_running{lane="local"}': 1,
    'studio_renders_total{lane="local",outcome="completed"}': 1,
    'studio_renders_total{lane="local",outcome="failed"}': 1,
    'studio_rendered_seconds_total{lane="local"}': 8,
    studio_quota_bytes: 12_345_678,
    'studio_evictions_total{reason="quota"}': 0,
    'studio_http_request_duration_seconds_count{method="POST",route="/v1/videos",status="200"}': 4,
    'studio_http_request_duration_seconds_bucket{method="POST",route="/v1/videos",status="200",le="+Inf"}': 4,
    'studio_http_request_duration_seconds_count{method="GET",route="/v1/videos/:id",status="404"}': 1,
    'studio_http_request_duration_seconds_count{method="GET",route="none",status="404"}': 1,
  };
  for (const [line, value] of Object.entries(expected)) assert.equal(figureOf(text, line), value, line);
  assert.ok(figureOf(text, 'studio_kept_bytes') > 4_000);
  assert.ok(figureOf(text, 'process_resident_memory_bytes') > 10_000_000);
  gate.resolve();
});

test('pages that listen are counted while they do', async () => {
  await using studio = await openStudio();
  const abort = new AbortController();
  const listen = () => fetch(new URL('/studio/events', studio.baseUrl), { signal: abort.signal });
  await Promise.all([listen(), listen(), listen()]);
  assert.equal(figureOf(await metrics(studio.baseUrl), 'studio_event_streams'), 3);
  abort.abort();
  await until(async () => figureOf(await metrics(studio.baseUrl), 'studio_event_streams') === 0);
});

test('clips that expired are counted by why they did', async () => {
  await using studio = await openStudio({ quotaBytes: 1 });
  for (let index = 0; index < 4; index++) await reaches(studio.baseUrl, await createJob(studio.baseUrl), 'completed');
  await until(async () => figureOf(await metrics(studio.baseUrl), 'studio_evictions_total{reason="quota"}') === 3);
});

test('the figures need the token where there is one, and do not tell it', async () => {
  await using studio = await openStudio({ tokens: [KEY] });
  assert.equal((await fetch(new URL('/metrics', studio.baseUrl))).status, 401);
  assertNoKey('the figures', await metrics(studio.baseUrl, { authorization: `Bearer ${KEY}` }));
});
