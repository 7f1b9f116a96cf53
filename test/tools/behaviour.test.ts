import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { ApprovalRequest } from '../../types/tool.ts';
import { picture } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';
import { openStudio, testEngine, untilStopped } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { errorOf, freeError, openTools } from './support.ts';

test('the tools are plain, closed and described, and their annotations are true', async () => {
  await using tools = await openTools({ baseUrl: 'http://127.0.0.1:9' });
  assert.deepEqual(
    tools.tools.map(({ name }) => name),
    [
      'video_produce',
      'video_create',
      'video_wait',
      'video_retrieve',
      'video_list',
      'video_download',
      'video_remix',
      'video_edit',
      'video_extend',
      'video_delete',
      'video_character_create',
      'video_character_retrieve',
      'cdn_upload',
      'cdn_list',
      'cdn_delete',
    ],
  );
  for (const { name, title, description, parameters, annotations } of tools.tools) {
    assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.ok(title.length > 0 && description.length > 20, name);
    assert.equal(parameters.type, 'object');
    assert.equal(parameters.additionalProperties, false);
    for (const required of parameters.required) assert.ok(Object.hasOwn(parameters.properties, required), name);
    for (const [property, schema] of Object.entries(parameters.properties)) {
      assert.ok(schema.description.trim().length > 3, `${name}.${property}`);
      assert.match(schema.type, /^(string|integer|number|boolean|array)$/, `${name}.${property}`);
      if (schema.type === 'array') assert.deepEqual(schema.items, { type: 'string' });
    }
    assert.equal(annotations.costsMoney, /^video_(produce|create|remix|edit|extend)$/.test(name), name);
    assert.equal(annotations.destructiveHint, name === 'video_delete' || name === 'cdn_delete', name);
    const reads = /_(wait|retrieve|list)$/.test(name);
    assert.equal(annotations.readOnlyHint, reads, name);
  }
  assert.equal(tools.tools.find(({ name }) => name === 'video_create')?.annotations.idempotentHint, false);
});

test('each result of the chain names the next call, up to the published clip', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  let next: string | undefined = 'Call video_create with {"prompt":"A boat, \\"quoted\\"","seconds":4}';
  const called: string[] = [];
  let last = await tools.call('video_list', {});
  while (next !== undefined) {
    const [, tool = '', json = ''] = /^Call (\w+) with (.*)$/.exec(next) ?? [];
    called.push(tool);
    last = await tools.call(tool, json);
    assert.equal(last.isError, undefined, last.summary);
    next = last.data.next_step;
  }
  assert.deepEqual(called, ['video_create', 'video_wait', 'video_download', 'cdn_upload']);
  const [published] = last.data.published ?? [];
  assert.ok(published && existsSync(new URL(published.url)));
  const listed = await tools.call('cdn_list', {});
  assert.deepEqual(listed.data.entries, [{ key: published.key, url: published.url, bytes: published.bytes }]);
});

test('nothing is sent where the workspace could not keep a clip', async () => {
  await using server = await listen((_request, response) =>
    answerJson(response, { id: 'video_1', status: 'completed' }),
  );
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'file');
  await writeFile(file, '');
  await using tools = await openTools({ baseUrl: server.baseUrl, workspace: path.join(file, 'videos') });
  for (const [tool, input] of [
    ['video_create', { prompt: 'A boat' }],
    ['video_download', { id: 'video_1' }],
  ] as const) {
    const error = freeError(await tools.call(tool, input));
    assert.equal(error.code, 'storage_failed');
    assert.match(error.next_step ?? '', /VIDEO_WORKSPACE/);
    assert.ok(!JSON.stringify(error).includes(folder.path));
  }
  assert.equal(server.received.length, 0);
});

test('a clip is gone on with by its key or by the id of its job, and a prompt beside it must be its own', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const { jobs: [job] = [] } = (await tools.call('video_create', { prompt: 'A boat' })).data;
  assert.ok(job?.key);
  const refused = freeError(await tools.call('video_produce', { key: job.key, prompt: 'A tram' }));
  assert.equal(refused.code, 'invalid_argument');
  assert.match(refused.next_step ?? '', /leave out key.*Call video_produce with \{"key":"clip-/);
  for (const input of [{ key: job.id }, { key: job.key }, { key: job.key, prompt: 'A boat' }]) {
    const { published: [clip] = [], jobs: [made] = [] } = (await tools.call('video_produce', input)).data;
    assert.ok(clip?.url);
    assert.equal(made?.id, job.id);
  }
  const { code } = freeError(await tools.call('video_produce', { key: 'video_nobody_knows' }));
  assert.equal(code, 'not_found');
});

test('running out of time is a result that names the same call', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const id = (await tools.call('video_create', { prompt: 'A boat' })).data.jobs?.[0]?.id;
  const result = await tools.call('video_wait', { ids: [id] }, { waitLimitMs: 150 });

  assert.equal(result.isError, undefined);
  assert.match(result.summary, /Time ran out; the jobs go on/);
  assert.match(result.data.jobs?.[0]?.status ?? '', /^(queued|in_progress)$/);
  assert.equal(result.data.next_step, `Call video_wait with {"ids":["${id}"]}`);
});

test('an aborted wait says that the job was left alone, and it was', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const id = (await tools.call('video_create', { prompt: 'A boat' })).data.jobs?.[0]?.id;
  const abort = new AbortController();
  const result = await tools.call('video_wait', { ids: [id] }, { signal: abort.signal, progress: () => abort.abort() });

  const error = errorOf(result);
  assert.equal(error.code, 'aborted');
  assert.equal(error.submitted, 'yes');
  assert.equal(error.job_id, id);
  assert.match(error.message, /left alone/);
  assert.match((await tools.call('video_retrieve', { id })).data.jobs?.[0]?.status ?? '', /queued|in_progress/);
});

test('a finished job says how long its clip can be fetched, and shows no more of the answer than a model needs', async () => {
  const now = Math.floor(Date.now() / 1_000);
  for (const [fields, said] of [
    [{ expires_at: now + 3_600 }, /can be downloaded for 3(600|59\d) s, until \d{4}-/],
    [{ expires_at: now - 60 }, /expired at \d{4}-/],
    [{}, /Download it soon/],
    [{ expires_at: null }, /is completed\.$/],
  ] as const) {
    const job = { id: 'v', status: 'completed', peak_memory_mb: 7, ...fields };
    await using server = await listen((_request, response) => answerJson(response, job));
    await using tools = await openTools({ baseUrl: server.baseUrl });
    const { summary, data } = await tools.call('video_retrieve', { id: 'v' });
    assert.match(summary, said);
    assert.equal(data.jobs?.[0]?.expires_at, fields.expires_at ?? undefined);
    assert.doesNotMatch(JSON.stringify(data), /peak_memory/);
  }
});

test('progress and the fate of many jobs are reported', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) {
    ids.push(...((await tools.call('video_create', { prompt: `Boat ${count}` })).data.jobs ?? []).map(({ id }) => id));
  }
  const phases = new Set<string>();
  const result = await tools.call(
    'video_wait',
    { ids: [...ids, ...ids] },
    { progress: ({ phase }) => phases.add(phase) },
  );
  assert.deepEqual(
    result.data.jobs?.map(({ id }) => id),
    ids,
  );
  assert.match(result.summary, /^5 jobs: 5 completed\.$/);
  assert.deepEqual([...phases], ['waiting']);
});

test('a list goes on page by page', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  for (let count = 0; count < 3; count++) await tools.call('video_create', { prompt: `Boat ${count}` });
  const first = await tools.call('video_list', { limit: '2', order: 'asc' });
  assert.equal(first.data.jobs?.length, 2);
  const [, json] = /^Call video_list with (.*)$/.exec(first.data.next_step ?? '') ?? [];
  const second = await tools.call('video_list', json);
  assert.equal(second.data.jobs?.length, 1);
  assert.equal(second.data.next_step, undefined);
});

test('of many jobs that are waited for the prompts are left out', async () => {
  await using server = await listen(({ url }, response) =>
    answerJson(response, { id: url.split('/').at(-1), status: 'completed', prompt: 'A boat' }),
  );
  await using tools = await openTools({ baseUrl: server.baseUrl });
  for (const [count, prompt] of [
    [10, 'A boat'],
    [11, undefined],
  ] as const) {
    const ids = Array.from({ length: count }, (_, index) => `video_${index}`);
    const { jobs = [] } = (await tools.call('video_wait', { ids })).data;
    assert.deepEqual(
      jobs.map((job) => [job.id, job.status, job.prompt]),
      ids.map((id) => [id, 'completed', prompt]),
    );
  }
});

test('published files are listed page by page', async () => {
  await using tools = await openTools({ baseUrl: 'http://127.0.0.1:9' });
  const keys: string[] = [];
  for (const width of [16, 24, 32]) {
    await writeFile(path.join(tools.workspace, `${width}.png`), picture('image/png', width));
    const { data } = await tools.call('cdn_upload', { path: `${width}.png` });
    keys.unshift(data.published?.[0]?.key ?? '');
  }
  const first = await tools.call('cdn_list', { limit: 2 });
  assert.equal(first.summary, '2 of 3 published files.');
  const [, json] = /^Call cdn_list with (.*)$/.exec(first.data.next_step ?? '') ?? [];
  const second = await tools.call('cdn_list', json);
  assert.equal(second.data.next_step, undefined);
  const listed = [first.data.entries, second.data.entries].flat().map((entry) => Object(entry).key);
  assert.deepEqual(listed.toSorted(), keys.toSorted());
  assert.equal(freeError(await tools.call('cdn_list', { after: 'none.png' })).code, 'not_found');
});

for (const [name, approve, asked] of [
  ['without anyone to ask', undefined, 0],
  ['when it is refused', async () => false, 1],
] as const) {
  test(`nothing is deleted ${name}`, async () => {
    await using studio = await openStudio();
    await using tools = await openTools({ baseUrl: studio.baseUrl });
    const id = (await tools.call('video_create', { prompt: 'A boat' })).data.jobs?.[0]?.id;
    const requests: ApprovalRequest[] = [];
    const ask =
      approve &&
      ((request: ApprovalRequest) => {
        requests.push(request);
        return approve();
      });
    const error = errorOf(await tools.call('video_delete', { id }, { ...(ask && { approve: ask }) }));

    assert.equal(error.code, 'not_approved');
    assert.equal(error.job_id, id);
    assert.equal(error.submitted, 'no', 'nothing was sent');
    assert.doesNotMatch(JSON.stringify(error), /APPROVE|--yes/, 'a model is not told how to lift approval');
    assert.equal(requests.length, asked);
    if (asked === 1) assert.match(requests[0]?.question ?? '', new RegExp(`Delete job ${id}.*A boat`));
    assert.equal((await tools.call('video_retrieve', { id })).isError, undefined);
  });
}

test('an approved delete deletes the job and leaves the files', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const id = (await tools.call('video_create', { prompt: 'A boat' })).data.jobs?.[0]?.id;
  await tools.call('video_wait', { ids: [id] });
  const file = (await tools.call('video_download', { id })).data.files?.[0];
  const result = await tools.call('video_delete', { id }, { approve: async () => true });

  assert.deepEqual(result.data.deleted, [id]);
  assert.equal(errorOf(await tools.call('video_retrieve', { id })).code, 'not_found');
  assert.ok(file && existsSync(path.join(tools.workspace, file.path)));
});

test('a delete asks nobody where approveDelete is no', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl, approveDelete: 'no' });
  const id = (await tools.call('video_create', { prompt: 'A boat' })).data.jobs?.[0]?.id;
  assert.deepEqual((await tools.call('video_delete', { id })).data.deleted, [id]);
});

for (const [server, status, words] of [
  ['sglang', 'queued', /goes on with it all the same, and may bill it/],
  ['vllm-omni', 'queued', /not finished, and is stopped/],
  ['auto', 'queued', /not known of this server/],
  ['sglang', 'completed', /^Job v and its clip were deleted from the server\.$/],
] as const) {
  test(`a delete of a job that is ${status} says what it means on ${server}`, async () => {
    await using peer = await listen((request, response) =>
      answerJson(response, request.method === 'DELETE' ? { id: 'v', deleted: true } : { id: 'v', status }),
    );
    await using tools = await openTools({ baseUrl: peer.baseUrl, server, approveDelete: 'no' });
    assert.match((await tools.call('video_delete', { id: 'v' })).summary, words);
  });
}

test('an approval that fails deletes nothing', async () => {
  await using server = await listen((_request, response) => answerJson(response, { id: 'v', status: 'queued' }));
  await using tools = await openTools({ baseUrl: server.baseUrl });
  const result = await tools.call(
    'video_delete',
    { id: 'v' },
    { approve: () => Promise.reject(new Error('no terminal')) },
  );
  assert.equal(result.isError, true);
  assert.ok(server.received.every(({ method }) => method !== 'DELETE'));
});
