import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startProvider } from '../paid/provider.ts';
import { RELIABLE_LIST } from '../paid/support.ts';
import { mp4, timedMp4 } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';
import { openStudio, revisingEngine, type TestStudio, testEngine, untilStopped } from '../support/studio.ts';
import { errorOf, freeError, openTools, type TestTools } from './support.ts';

/** A clip that is made, and the file it was saved in. */
async function finishedClip(tools: TestTools): Promise<{ id: string; key: string; path: string }> {
  const [job] = (await tools.call('video_create', { prompt: 'A red boat', seconds: 4 })).data.jobs ?? [];
  const { id = '', key = '' } = job ?? {};
  await tools.call('video_wait', { ids: [id] });
  const [file] = (await tools.call('video_download', { id })).data.files ?? [];
  return { id, key, path: file?.path ?? '' };
}

describe('over the studio', () => {
  let studio: TestStudio;
  let tools: TestTools;
  let clip: { id: string; key: string; path: string };
  before(async () => {
    studio = await openStudio({ engine: revisingEngine() });
    tools = await openTools({ baseUrl: studio.baseUrl, profile: { defaultSeconds: 4, maxSeconds: 12 } });
    clip = await finishedClip(tools);
  });
  after(async () => {
    await tools?.[Symbol.asyncDispose]();
    await studio?.[Symbol.asyncDispose]();
  });

  for (const [tool, named, rest, seconds] of [
    ['video_remix', 'id', { prompt: 'At night' }, '4'],
    ['video_edit', 'video', { prompt: 'The boat is blue' }, '4'],
    ['video_extend', 'video', { prompt: 'It sinks', seconds: '8' }, '12'],
  ] as const) {
    test(`${tool} makes a new clip, through the ledger, and leaves its source`, async () => {
      const result = await tools.call(tool, { [named]: clip.id, ...rest });
      assert.equal(result.isError, undefined, result.summary);
      const [job] = result.data.jobs ?? [];
      assert.notEqual(job?.id, clip.id);
      assert.match(job?.key ?? '', /^clip-/);
      assert.equal(result.data.next_step, `Call video_wait with {"ids":["${job?.id}"]}`);
      const [done] = (await tools.call('video_wait', { ids: [job?.key] })).data.jobs ?? [];
      assert.deepEqual([done?.id, done?.status, done?.seconds], [job?.id, 'completed', seconds]);
      assert.equal((await tools.call('video_retrieve', { id: clip.id })).data.jobs?.[0]?.status, 'completed');
      const produced = await tools.call('video_produce', { key: job?.key });
      assert.equal(produced.data.published?.length, 1, produced.summary);
    });

    test(`${tool} takes a clip's key, finds the same wish again and makes another take as a variation`, async () => {
      const input = { [named]: clip.key, ...rest };
      const ids = [];
      for (const variation of [1, 1, 2]) ids.push((await tools.call(tool, { ...input, variation })).data.jobs?.[0]?.id);
      const [first, again, other] = ids;
      assert.ok(first !== undefined && other !== undefined);
      assert.equal(again, first);
      assert.notEqual(other, first);
    });
  }

  for (const [tool, rest] of [
    ['video_edit', { prompt: 'The boat is green' }],
    ['video_extend', { prompt: 'It rises again', seconds: 4 }],
  ] as const) {
    test(`${tool} takes a file of the workspace`, async () => {
      const result = await tools.call(tool, { video: clip.path, ...rest });
      assert.equal(result.isError, undefined, result.summary);
      assert.match(result.summary, /^Job video_\w+ was made/);
    });
  }

  test('a character is made of a file, found again, and named in a clip', async () => {
    const made = await tools.call('video_character_create', { video: clip.path, name: 'Mossy' });
    const [character] = charactersOf(made.data);
    assert.match(made.summary, /^The character "Mossy" has the id char_\w+\.$/);
    const found = await tools.call('video_character_retrieve', { id: character?.id });
    assert.deepEqual([found.summary, charactersOf(found.data)], [made.summary, [character]]);
    const used = await tools.call('video_create', { prompt: 'Mossy rows', characters: [character?.id] });
    assert.equal(used.isError, undefined, used.summary);
    const ledger = await tools.runtime.ledger();
    assert.equal((await ledger.list()).filter(({ request }) => JSON.stringify(request).includes('Mossy')).length, 1);
  });

  test('a character that is not there is not found, and the way out names no job', async () => {
    const { code, next_step } = freeError(await tools.call('video_character_retrieve', { id: 'char_none' }));
    assert.equal(code, 'not_found');
    assert.match(next_step ?? '', /video_character_create/);
  });
});

function charactersOf(data: Record<string, unknown>): { id: string; name: string }[] {
  const { characters } = data;
  assert.ok(Array.isArray(characters));
  return characters;
}

test('nothing is made of a clip that is not finished: it is to be waited for', async () => {
  await using studio = await openStudio({ engine: testEngine(untilStopped) });
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const [job] = (await tools.call('video_create', { prompt: 'A boat' })).data.jobs ?? [];
  for (const [tool, input] of [
    ['video_remix', { id: job?.id, prompt: 'At night' }],
    ['video_edit', { video: job?.key, prompt: 'Blue' }],
    ['video_extend', { video: job?.id, prompt: 'On', seconds: 4 }],
  ] as const) {
    const error = freeError(await tools.call(tool, input));
    assert.equal(error.code, 'not_ready', tool);
    assert.equal(error.next_step, `Call video_wait with {"ids":["${job?.id}"]} first.`);
  }
  assert.equal((await (await tools.runtime.ledger()).list()).length, 1);
});

const CALLS = [
  ['video_remix', { id: 'video_1', prompt: 'At night' }],
  ['video_edit', { video: 'video_1', prompt: 'Blue' }],
  ['video_edit', { video: 'boat.mp4', prompt: 'Blue' }],
  ['video_extend', { video: 'video_1', prompt: 'On', seconds: 4 }],
  ['video_character_create', { video: 'boat.mp4', name: 'Mossy' }],
  ['video_character_retrieve', { id: 'char_1' }],
] as const;

for (const status of [404, 405, 501]) {
  test(`a server without the operation (HTTP ${status}) is named, and nothing counts as spent`, async () => {
    await using server = await listen(({ method, url }, response) =>
      method === 'GET' && !url.includes('characters')
        ? answerJson(response, { id: 'video_1', status: 'completed', seconds: '4' })
        : answerJson(response, { detail: 'Not Found' }, status),
    );
    for (const [tool, input] of CALLS) {
      await using tools = await openTools({ baseUrl: server.baseUrl, profile: { maxSeconds: 12 } });
      await writeFile(path.join(tools.workspace, 'boat.mp4'), mp4(Buffer.alloc(2_000)));
      const error = freeError(await tools.call(tool, input));
      assert.equal(error.code, 'unsupported', `${tool}: ${error.message}`);
      assert.match(error.message, /does not offer/);
      assert.equal((await (await tools.runtime.ledger()).spending(false)).jobs, 0, tool);
    }
  });
}

test('what a profile knows to be missing is refused before anything is sent', async () => {
  await using server = await listen((_request, response) =>
    answerJson(response, { id: 'video_1', status: 'completed' }),
  );
  await using tools = await openTools({ baseUrl: server.baseUrl, server: 'sglang' });
  await writeFile(path.join(tools.workspace, 'boat.mp4'), mp4(Buffer.alloc(2_000)));
  const call = tools.runtime.everyTool;
  for (const [tool, input] of [...CALLS, ['video_create', { prompt: 'Mossy', characters: ['char_1'] }]] as const) {
    const error = freeError(await call.call(tool, input));
    assert.match(error.message, /SGLang Diffusion does not offer/, tool);
  }
  assert.deepEqual(server.received, []);
});

/** A paid server that makes jobs of everything; the answer to the first POST is lost where it is told so. */
async function startServer({ loses = false, seconds = '4' } = {}) {
  let posts = 0;
  const server = await listen(({ method, body }, response) => {
    if (method === 'GET') return answerJson(response, { id: 'video_1', status: 'completed', seconds, model: 'sora-2' });
    posts++;
    if (loses) return response.socket?.resetAndDestroy();
    return answerJson(response, { id: `video_made_${posts}`, status: 'queued', bytes: body.length });
  });
  return { ...server, posts: () => posts };
}

for (const [tool, input] of CALLS.filter(([name]) => !name.includes('character'))) {
  test(`${tool} with ${JSON.stringify(input)}: a lost answer tells the key, and the next call pays nothing`, async () => {
    const server = await startServer({ loses: true });
    await using _server = server;
    await using tools = await openTools({ baseUrl: server.baseUrl, profile: { maxSeconds: 12 } });
    await writeFile(path.join(tools.workspace, 'boat.mp4'), mp4(Buffer.alloc(2_000)));
    const error = errorOf(await tools.call(tool, input));
    assert.deepEqual([error.code, error.submitted, error.billed], ['outcome_unknown', 'unknown', 'unknown']);
    const [key] = /clip-[0-9a-f]{12}/.exec(error.next_step ?? '') ?? [];
    assert.ok(key, error.next_step);
    const again = await tools.call(tool, input);
    assert.equal(again.isError, undefined, again.summary);
    assert.match(again.summary, new RegExp(`wanted before \\(${key}\\).*Nothing was sent`));
    assert.equal(again.data.next_step, `Call video_wait with {"ids":["${key}"]}`);
    assert.equal(server.posts(), 1);
  });
}

for (const [tool, named, rest] of [
  ['video_remix', 'id', {}],
  ['video_edit', 'video', {}],
  ['video_extend', 'video', { seconds: 4 }],
] as const) {
  test(`${tool}: the job of a lost answer is found in a list that can be relied on`, async () => {
    await using provider = await startProvider();
    await using tools = await openTools({
      ...{ baseUrl: provider.baseUrl, quarantineMs: 2_000, sendDeadlineMs: 1_000, requestTimeoutMs: 1_000 },
      profile: { ...RELIABLE_LIST, defaultSeconds: 4 },
    });
    const [source] = (await tools.call('video_create', { prompt: 'A boat' })).data.jobs ?? [];
    const error = errorOf(await tools.call(tool, { [named]: source?.id, prompt: 'At night [lost]', ...rest }));
    const [key] = /clip-[0-9a-f]{12}/.exec(error.next_step ?? '') ?? [];
    const { summary, data } = await tools.call('video_wait', { ids: [key] });
    const [made] = await provider.paid('At night [lost]');
    assert.deepEqual([data.jobs?.[0]?.id, data.jobs?.[0]?.status], [made?.id, 'completed'], summary);
    assert.equal((await provider.books()).creates, 2);
  });
}

test('a lost answer to a new character says that a second call makes another one, and no clip', async () => {
  const server = await startServer({ loses: true });
  await using _server = server;
  await using tools = await openTools({ baseUrl: server.baseUrl });
  await writeFile(path.join(tools.workspace, 'boat.mp4'), mp4(Buffer.alloc(2_000)));
  const input = { video: 'boat.mp4', name: 'Mossy' };
  const error = errorOf(await tools.call('video_character_create', input));
  assert.equal(error.code, 'outcome_unknown');
  assert.match(error.next_step ?? '', /no clip was made/);
  assert.doesNotMatch(error.next_step ?? '', /video_list/);
  assert.equal(server.posts(), 1);
});

test('remix and edit reserve the length of their source, an extension what it adds', async () => {
  const server = await startServer({ seconds: '8' });
  await using _server = server;
  const codeOf = async (budgetSeconds: number, tool: string, input: object) => {
    await using tools = await openTools({ baseUrl: server.baseUrl, budgetSeconds, profile: {} });
    await writeFile(path.join(tools.workspace, 'boat.mp4'), timedMp4(6));
    const { data } = await tools.call(tool, input);
    return data.error?.code ?? 'made';
  };
  for (const [seconds, tool, input] of [
    [8, 'video_remix', { id: 'video_1', prompt: 'At night' }],
    [8, 'video_edit', { video: 'video_1', prompt: 'Blue' }],
    [4, 'video_extend', { video: 'video_1', prompt: 'On', seconds: 4 }],
    [6, 'video_edit', { video: 'boat.mp4', prompt: 'Blue' }],
    [4, 'video_extend', { video: 'boat.mp4', prompt: 'On', seconds: 4 }],
  ] as const) {
    assert.equal(await codeOf(seconds, tool, input), 'made', tool);
    const posts = server.posts();
    assert.equal(await codeOf(seconds - 0.5, tool, input), 'over_budget', tool);
    assert.equal(server.posts(), posts, 'nothing was sent');
  }
});

test('a source whose length nobody knows is not edited within a cap in seconds, and the way out is told', async () => {
  const server = await startServer();
  await using _server = server;
  await using tools = await openTools({ baseUrl: server.baseUrl, profile: {} });
  await writeFile(path.join(tools.workspace, 'boat.mp4'), mp4(Buffer.alloc(2_000)));
  const error = freeError(await tools.call('video_edit', { video: 'boat.mp4', prompt: 'Blue' }));
  assert.equal(error.code, 'seconds_required');
  assert.match(error.next_step ?? '', /maxSeconds in VIDEO_PROFILE/);
  assert.equal(server.received.length, 0);
});

test('a revision that costs more than was agreed is asked about by its own name', async () => {
  const server = await startServer({ seconds: '8' });
  await using _server = server;
  await using tools = await openTools({ baseUrl: server.baseUrl, approveAboveUsd: 0.5 });
  const asked: string[] = [];
  const approve = async ({ tool, question }: { tool: string; question: string }) => {
    asked.push(`${tool}: ${question}`);
    return false;
  };
  const error = freeError(await tools.call('video_remix', { id: 'video_1', prompt: 'At night' }, { approve }));
  assert.equal(error.code, 'not_approved');
  assert.deepEqual(asked, ['video_remix: Make a clip of 8 seconds for about $0.80: "At night"?']);
  assert.equal(server.posts(), 0);
});
