import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import OpenAI from 'openai';
import { startStudio } from '../../lib/studio/server.ts';
import { KEY } from '../support/key.ts';
import { picture } from '../support/media.ts';
import { listen } from '../support/server.ts';
import { createJob, field, openStudio, reaches, revisingEngine, testEngine, untilStopped } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { DIALECTS } from './bridge/dialects.ts';
import { openBridge } from './bridge/support.ts';

async function post(url: string, body: object, headers: Record<string, string> = {}) {
  const isForm = body instanceof FormData;
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...(!isForm && { 'content-type': 'application/json' }), ...headers },
    body: isForm ? body : JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  return { status: response.status, id: field(answer, 'id'), answer };
}

const keyed = (key: string) => ({ 'idempotency-key': key });
const BOAT = { prompt: 'a boat' };

test('the official client, which sends again what was not answered, pays a provider once', async () => {
  const { xai } = DIALECTS;
  await using bridged = await openBridge(xai);
  let isLost = false;
  await using line = await listen(async ({ method, url, headers, body }, response) => {
    const names = ['content-type', 'idempotency-key'].flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    const answer = await fetch(new URL(url, bridged.studio.baseUrl), {
      method,
      headers: Object.fromEntries(names),
      ...(method === 'POST' && { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isFirst = method === 'POST' && !isLost;
    isLost ||= isFirst;
    if (isFirst) response.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(bytes);
  });
  const client = new OpenAI({ apiKey: KEY, baseURL: line.baseUrl, maxRetries: 2 });
  const request = { model: xai.model, prompt: 'a boat', seconds: '4' } as const;
  const { id } = await client.videos.create(request, { headers: keyed('boat-1') });
  assert.equal(line.received.length, 2, 'it was sent again');
  await reaches(bridged.studio.baseUrl, id, 'completed');
  assert.equal(bridged.provider.jobs.length, 1);
});

test('a key makes one job of many requests at once, and leaves nothing of the others', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  const request = () => {
    const form = new FormData();
    form.set('prompt', 'a boat');
    form.set('input_reference', new Blob([new Uint8Array(picture('image/png'))], { type: 'image/png' }), 'a.png');
    return form;
  };
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => post(`${studio.baseUrl}/videos`, request(), keyed('one'))),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  const [id = '', ...others] = new Set(answers.map((answer) => answer.id));
  assert.deepEqual(others, []);
  assert.deepEqual(await readdir(path.join(studio.state, 'studio', 'jobs')), [id]);
});

test('a key is its sender’s, of one request, and lasts over a restart', async () => {
  await using folder = await temporaryFolder();
  const tokens = ['harbour-lantern-0123456789', 'lighthouse-keeper-0123456789'];
  const bearers = tokens.map((token) => ({ authorization: `Bearer ${token}`, ...keyed('one') }));
  const [ours = {}, theirs = {}] = bearers;
  const start = () => startStudio({ state: folder.path, engine: testEngine(), tokens });
  let studio = await start();
  const create = (headers: Record<string, string>, body = BOAT) => post(`${studio.baseUrl}/videos`, body, headers);
  const first = await create(ours);
  const another = await create(theirs);
  assert.notEqual(first.id, another.id);
  const reused = await create(ours, { prompt: 'a tram' });
  assert.equal(reused.status, 422);
  assert.partialDeepStrictEqual(reused.answer, { error: { code: 'idempotency_key_reused' } });
  await studio.close();
  studio = await start();
  try {
    assert.deepEqual([(await create(ours)).id, (await create(theirs)).id], [first.id, another.id]);
  } finally {
    await studio.close();
  }
});

test('remix, edit and extension take a key as well; a key that is none is refused', async () => {
  await using studio = await openStudio({ engine: revisingEngine() });
  const { baseUrl } = studio;
  const id = await createJob(baseUrl);
  await reaches(baseUrl, id, 'completed');
  const requests: [string, object][] = [
    [`${id}/remix`, { prompt: 'a tram' }],
    ['edits', { video: { id }, prompt: 'a tram' }],
    ['extensions', { video: { id }, prompt: 'a tram', seconds: '4' }],
  ];
  for (const [name, body] of requests) {
    const url = `${baseUrl}/videos/${name}`;
    const [first, again, plain] = [
      await post(url, body, keyed(name)),
      await post(url, body, keyed(name)),
      await post(url, body),
    ];
    assert.equal(again.id, first.id);
    assert.notEqual(plain.id, first.id);
    assert.equal((await post(`${baseUrl}/videos`, { prompt: 'a tram' }, keyed(name))).status, 422);
    assert.equal((await post(url, body, keyed('x'.repeat(256)))).status, 400);
  }
  assert.equal((await post(`${baseUrl}/videos`, BOAT, keyed(''))).status, 400);
});
