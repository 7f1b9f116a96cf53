import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { produce } from '../../lib/production/produce.ts';
import { answerJson, listen } from '../support/server.ts';
import { errorOf, openTools, type TestTools } from '../tools/support.ts';

const HOUR_MS = 3_600_000;
const LIMIT = { limitMs: 5_000 };

interface ListedJob {
  id: string;
  prompt: string;
  status: string;
  created_at?: number;
}

interface ListServer extends AsyncDisposable {
  baseUrl: string;
  /** Newest first. */
  jobs: ListedJob[];
  creates(): number;
}

/** A server that makes jobs, loses the answers, and lists the jobs in pages of 20, without a word of whether there are more. */
async function startListServer(changes: Partial<ListedJob> = {}): Promise<ListServer> {
  const jobs: ListedJob[] = [];
  let creates = 0;
  const server = await listen(({ method, url, body }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://server');
    if (method === 'POST') {
      const { prompt } = JSON.parse(body.toString());
      jobs.unshift({ id: `job-${++creates}`, prompt, status: 'in_progress', ...madeNow(), ...changes });
      return response.socket?.resetAndDestroy();
    }
    const [, id] = /^\/v1\/videos\/(.+)$/.exec(pathname) ?? [];
    if (id !== undefined) return answerJson(response, jobs.find((job) => job.id === id) ?? {});
    const from = jobs.findIndex((job) => job.id === searchParams.get('after')) + 1;
    return answerJson(response, { data: jobs.slice(from, from + 20) });
  });
  return {
    baseUrl: server.baseUrl,
    jobs,
    creates: () => creates,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function madeNow(laterMs = 0): { created_at: number } {
  return { created_at: Math.floor((Date.now() + laterMs) / 1_000) };
}

function showNewer(server: ListServer, count: number): void {
  for (let index = 0; index < count; index++)
    server.jobs.unshift({ id: `newer-${index}`, prompt: `Another ${index}`, status: 'in_progress', ...madeNow(5_000) });
}

/** A clip whose answer was lost, on a server of which all is stated that allows to send it again. */
async function openLost(server: ListServer): Promise<{ tools: TestTools; key: string }> {
  const profile = { defaultSeconds: 4, listEchoesPrompt: true, listComplete: true, listLagMs: 0 };
  const tools = await openTools({
    baseUrl: server.baseUrl,
    quarantineMs: 1_500,
    sendDeadlineMs: 300,
    requestTimeoutMs: 1_200,
    profile,
  });
  assert.equal(errorOf(await tools.call('video_create', { prompt: 'A boat' })).code, 'outcome_unknown');
  const [clip] = await (await tools.runtime.ledger()).list();
  await sleep(150);
  return { tools, key: clip?.key ?? '' };
}

test('a job on a later page is found, though no page says that there is another', async () => {
  await using server = await startListServer();
  const { tools, key } = await openLost(server);
  await using _ = tools;
  showNewer(server, 24);
  const { clip } = await produce(key, tools.runtime, { limitMs: 2_000 });
  assert.deepEqual([clip.state, clip.jobId, server.creates()], ['known', 'job-1', 1]);
});

test('a job without a time is not made again, nor taken', async () => {
  await using server = await startListServer();
  const { tools, key } = await openLost(server);
  await using _ = tools;
  delete server.jobs[0]?.created_at;
  showNewer(server, 1);
  const { clip } = await produce(key, tools.runtime, LIMIT);
  assert.deepEqual([clip.state, server.creates()], ['unknown', 1]);
});

test('a clip that was sent by a clock that was wrong is not sent again', async () => {
  for (const wrongBy of [-HOUR_MS, HOUR_MS]) {
    await using server = await startListServer();
    const { tools, key } = await openLost(server);
    await using _ = tools;
    using database = new DatabaseSync(tools.runtime.config.ledger);
    database.prepare('UPDATE clips SET sent_at = sent_at + ?, quarantine_until = 0').run(wrongBy);
    showNewer(server, 1);
    const { clip } = await produce(key, tools.runtime, LIMIT);
    assert.deepEqual([clip.state, server.creates()], ['unknown', 1]);
  }
});
