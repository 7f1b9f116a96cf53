import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startStudio } from '../../../lib/studio/server.ts';
import { ask, createJob, openStudio, testEngine, until } from '../../support/studio.ts';
import { temporaryFolder } from '../../support/temporary.ts';

interface Event {
  id: string;
  event: string;
  data: { jobs: { id: string; status: string }[]; removed: string[] } | null;
}

interface Stream extends Disposable {
  events: Event[];
  isEnded: () => boolean;
}

/** Listens until it is disposed of. */
async function listen(baseUrl: string, { since, lastId }: { since?: number; lastId?: string } = {}): Promise<Stream> {
  const abort = new AbortController();
  const url = new URL(`/studio/events${since === undefined ? '' : `?since=${since}`}`, baseUrl);
  const response = await fetch(url, {
    signal: abort.signal,
    ...(lastId !== undefined && { headers: { 'last-event-id': lastId } }),
  });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const events: Event[] = [];
  let isEnded = false;
  const read = async () => {
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, id = '', event = '', data = 'null'] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? [];
        if (id !== '') events.push({ id, event, data: JSON.parse(data) });
      }
    }
  };
  read()
    .catch(() => undefined)
    .finally(() => {
      isEnded = true;
    });
  return { events, isEnded: () => isEnded, [Symbol.dispose]: () => abort.abort() };
}

const versionOf = async (baseUrl: string): Promise<number> =>
  Object((await ask(new URL('/studio/jobs', baseUrl).href)).body).version;

const statusesOf = ({ events }: Stream, id: string): string[] => [
  ...new Set(events.flatMap(({ data }) => data?.jobs ?? []).flatMap((job) => (job.id === id ? job.status : []))),
];

test('a listener hears of each job from its beginning to its end, and of its removal', async () => {
  const gate = Promise.withResolvers<void>();
  await using studio = await openStudio({ engine: testEngine(() => gate.promise) });
  using stream = await listen(studio.baseUrl);
  const id = await createJob(studio.baseUrl);
  await until(() => statusesOf(stream, id).at(-1) === 'in_progress');
  gate.resolve();
  await until(() => statusesOf(stream, id).at(-1) === 'completed');
  await ask(`${studio.baseUrl}/videos/${id}`, 'DELETE');
  await until(() => stream.events.some(({ data }) => data?.removed.includes(id)));
});

test('what another program does is heard too', async () => {
  await using studio = await openStudio();
  using stream = await listen(studio.baseUrl);
  const other = await startStudio({ state: studio.state, engine: testEngine() });
  const id = await createJob(other.baseUrl);
  await until(() => statusesOf(stream, id).at(-1) === 'completed');
  await other.close();
});

test('who comes back hears what was missed, once', async () => {
  await using studio = await openStudio();
  const version = await versionOf(studio.baseUrl);
  const id = await createJob(studio.baseUrl);
  using stream = await listen(studio.baseUrl, { since: version });
  await until(() => statusesOf(stream, id).at(-1) === 'completed');
  const lastId = stream.events.at(-1)?.id ?? '';
  using again = await listen(studio.baseUrl, { since: version, lastId });
  const next = await createJob(studio.baseUrl);
  await until(() => statusesOf(again, next).at(-1) === 'completed');
  assert.deepEqual(statusesOf(again, id), []);
});

test('who missed too much, or knows another store, is told to ask for everything', async () => {
  await using studio = await openStudio();
  await createJob(studio.baseUrl);
  const store = new DatabaseSync(path.join(studio.state, 'studio', 'jobs.db'));
  store.exec(`WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many LIMIT 600)
    INSERT INTO jobs (id, status, engine, prompt, seconds, size, created_at, recipe)
    SELECT 'video_' || n, 'completed', 'test', 'a boat', '4', '1280x720', 0, '{}' FROM many`);
  store.close();
  for (const since of [0, 1_000_000]) {
    using stream = await listen(studio.baseUrl, { since });
    await until(() => stream.events.length > 0);
    assert.equal(stream.events[0]?.event, 'reload', String(since));
    const id = await createJob(studio.baseUrl);
    await until(() => statusesOf(stream, id).at(-1) === 'completed');
  }
});

test('two hundred listeners hear of a job, and hold no studio that is closed', async () => {
  await using folder = await temporaryFolder();
  const studio = await startStudio({ state: folder.path, engine: testEngine() });
  const streams = await Promise.all(Array.from({ length: 200 }, () => listen(studio.baseUrl)));
  const id = await createJob(studio.baseUrl);
  await until(() => streams.every((stream) => statusesOf(stream, id).at(-1) === 'completed'));
  await studio.close();
  await until(() => streams.every(({ isEnded }) => isEnded()));
});

test('a listener that reads nothing is let go, and the others go on', async () => {
  await using studio = await openStudio();
  using other = await listen(studio.baseUrl);
  const { hostname, port, host } = new URL(studio.baseUrl);
  const slow = connect(Number(port), hostname);
  slow.write(`GET /studio/events HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  await once(slow, 'readable');
  slow.pause();
  const store = new DatabaseSync(path.join(studio.state, 'studio', 'jobs.db'));
  store.exec(`WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many LIMIT 2000)
    INSERT INTO jobs (id, status, engine, prompt, seconds, size, created_at, recipe)
    SELECT 'video_' || n, 'completed', 'test', '${'boat '.repeat(60)}', '4', '1280x720', 0, '{}' FROM many`);
  let isGone = false;
  slow.on('close', () => {
    isGone = true;
  });
  slow.on('error', () => undefined);
  await until(async () => {
    store.exec('UPDATE jobs SET progress = progress + 1');
    await new Promise((resolve) => setTimeout(resolve, 100));
    // What waits in the socket's own buffers is read only here, to see its end.
    if (Object((await ask(new URL('/studio/jobs?limit=1', studio.baseUrl).href)).body).jobs[0].progress > 25)
      slow.resume();
    return isGone;
  }, 40_000);
  store.close();
  const id = await createJob(studio.baseUrl);
  await until(() => statusesOf(other, id).at(-1) === 'completed');
});

test('a stream cannot be had from a wrong place', async () => {
  await using studio = await openStudio();
  assert.equal((await ask(new URL('/studio/events?since=soon', studio.baseUrl).href)).status, 400);
  assert.equal((await fetch(new URL('/studio/events', studio.baseUrl), { method: 'HEAD' })).status, 404);
});

test('one caller who listens all the time leaves room for the others', async () => {
  const tokens = Array.from({ length: 500 }, (_, index) => `the-token-of-caller-${index}`);
  await using studio = await openStudio({ tokens });
  const abort = new AbortController();
  const open = async (token = '') => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(new URL('/studio/events', studio.baseUrl), { headers, signal: abort.signal });
    return response.status;
  };
  const [greedy, modest] = tokens;
  const statuses = [];
  for (const token of [greedy, greedy, greedy, modest]) statuses.push(await open(token));
  assert.deepEqual(statuses, [200, 200, 503, 200]);
  abort.abort();
});
