import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { startProvider } from '../../paid/provider.ts';
import { decodeFrame, missing, psnr } from '../../studio/engines/animatic/support.ts';
import { openStudio, revisingEngine } from '../../support/studio.ts';
import { openTools, type TestTools } from '../../tools/support.ts';
import { BOARD, planned, settled, shot, smallAnimatic, step } from './support.ts';

const PATIENT = { defaultSeconds: 4, refuses429BeforeJob: true };

async function countsOf({ runtime }: TestTools) {
  return await (await runtime.ledger()).storyboards.counts(BOARD);
}

test('a shot is carried to its address step by step, and the next one is then ready', async () => {
  await using studio = await openStudio({ engine: revisingEngine() });
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const longer = { prompt: 'A boat lands', source: { link: 'extends', shot: 'boat' } } as const;
  const other = { prompt: 'A red boat', source: { link: 'remix_of', shot: 'boat' } } as const;
  await planned(tools, shot('boat'), shot('landing', longer), shot('red', other));
  assert.deepEqual(await step(tools, 'landing').then(({ state, isSettled }) => [state, isSettled]), ['waiting', false]);
  const boat = await settled(tools, 'boat');
  assert.equal(boat.state, 'published');
  assert.deepEqual(
    boat.released?.map(({ id }) => id),
    ['landing', 'red'],
  );
  for (const id of ['landing', 'red']) assert.equal((await settled(tools, id)).state, 'published', id);
  assert.deepEqual(await countsOf(tools), { published: 3 });
  assert.equal((await settled(tools, 'boat')).state, 'published', 'asked again, it is what it was');
  const clips = await (await tools.runtime.ledger()).list();
  assert.deepEqual(clips.map(({ request }) => request.operation).toSorted(), ['create', 'extend', 'remix']);
});

test('shots that ask for the same get a clip each', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const same = { prompt: 'A boat' };
  await planned(tools, shot('a', same), shot('b', same), shot('c', same));
  const clips = await Promise.all(
    ['a', 'b', 'c'].map(async (id) => (await settled(tools, id)).clip?.published?.sha256),
  );
  assert.equal(new Set(clips).size, 3);
  assert.equal((await provider.paid('A boat')).length, 3);
});

test('two shots whose different words come to the same request get a clip each, too', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const [a, b] = [shot('a', { prompt: 'A boat' }), shot('b', { prompt: 'A boat' })];
  await planned(tools, a, { ...b, hash: 'written in another way' });
  assert.equal((await settled(tools, 'a')).state, 'published');
  assert.equal((await settled(tools, 'b')).state, 'published');
  assert.equal((await provider.paid('A boat')).length, 2);
});

test('many workers at once on the same shots pay for each once', async () => {
  await using provider = await startProvider({ answerMs: 30, jobMs: 50 });
  await using first = await openTools({ baseUrl: provider.baseUrl });
  const { workspace, state } = first.runtime.config;
  await using second = await openTools({ baseUrl: provider.baseUrl, workspace, state });
  const ids = Array.from({ length: 6 }, (_, index) => `shot-${index}`);
  await planned(first, ...ids.map((id) => shot(id)));
  const works = [first, second, first, second].flatMap((tools) => ids.map((id) => settled(tools, id)));
  for (const { state: end } of await Promise.all(works)) assert.equal(end, 'published');
  assert.equal((await provider.books()).jobs.length, 6);
});

test('a 429 leaves the shot where it was and says so, and the same clip is sent when it is called again', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl, profile: PATIENT });
  await planned(tools, shot('boat', { prompt: 'A boat [429=2]' }));
  for (let turn = 0; turn < 2; turn++) {
    const { state, isThrottled, isSettled, pauseMs, clip } = await step(tools, 'boat');
    assert.deepEqual([state, isThrottled, isSettled, pauseMs], ['intended', true, false, 50]);
    assert.equal(clip?.error?.code, 'rate_limited');
  }
  assert.equal((await settled(tools, 'boat')).clip?.attempt, 3);
  assert.equal((await (await tools.runtime.ledger()).list()).length, 1);
  assert.equal((await provider.books()).creates, 3);
});

test('what is wrong with a shot fails it and sends nothing; what is no fault of the shot does not', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl, budgetSeconds: 4 });
  await planned(tools, shot('no-picture', { input_reference: 'none.png' }), shot('boat'), shot('tram'));
  const failed = await settled(tools, 'no-picture');
  assert.deepEqual([failed.state, failed.shot.error?.code], ['failed', 'file_not_found']);
  await settled(tools, 'boat');
  await assert.rejects(step(tools, 'tram'), { code: 'over_budget' });
  assert.deepEqual(await countsOf(tools), { failed: 1, published: 1, ready: 1 });
  assert.equal((await provider.books()).creates, 1);
});

test('a job that fails fails its shot, which is made anew only when that is asked for', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  await planned(tools, shot('boat', { prompt: 'A boat [fails]' }));
  for (let turn = 0; turn < 2; turn++) {
    const { state, shot: row } = await settled(tools, 'boat');
    assert.deepEqual([state, row.error?.code], ['failed', 'out_of_memory']);
  }
  assert.equal((await provider.books()).creates, 1);
  const { storyboards } = await tools.runtime.ledger();
  assert.equal(await storyboards.retryFailed(BOARD), 1);
  await settled(tools, 'boat');
  assert.equal((await provider.books()).creates, 2);
});

test('a server that is not there is no reason for a shot to fail', async () => {
  await using tools = await openTools({ baseUrl: 'http://127.0.0.1:1' });
  await planned(tools, shot('boat'));
  for (let turn = 0; turn < 2; turn++) await assert.rejects(step(tools, 'boat'), { code: 'server_unreachable' });
  assert.deepEqual(await countsOf(tools), { intended: 1 });
  assert.equal((await (await tools.runtime.ledger()).spending(false)).jobs, 0);
});

test('a shot that was changed while its clip was intended sends nothing of what it was', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl, approveAboveUsd: 0 });
  await planned(tools, shot('boat', { prompt: 'A boat' }));
  const { advanceShot } = await import('../../../lib/production/storyboard/advanceShot.ts');
  const approve = async () => {
    await planned(tools, shot('boat', { prompt: 'A tram' }));
    return true;
  };
  const options = { limitMs: 1_000, approve };
  const changed = await advanceShot(BOARD, 'boat', tools.runtime, options);
  assert.deepEqual([changed.state, changed.isSettled], ['ready', false]);
  assert.equal((await settled(tools, 'boat')).state, 'published');
  const { jobs } = await provider.books();
  assert.deepEqual(
    jobs.map(({ prompt }) => prompt),
    ['A tram'],
  );
  assert.deepEqual(await (await tools.runtime.ledger()).list({ isOpen: true }), []);
});

test('a shot that continues another one is sent its last frame, taken once, so that it is the same request again', {
  skip: missing('ffmpeg'),
}, async () => {
  await using studio = await openStudio({ engine: smallAnimatic() });
  await using tools = await openTools({ baseUrl: studio.baseUrl, server: 'studio' });
  const next = { source: { link: 'continue_from', shot: 'dawn' } } as const;
  await planned(tools, shot('dawn'), shot('noon', next));
  const dawn = await settled(tools, 'dawn');
  assert.equal(dawn.state, 'published', JSON.stringify(dawn));
  const noon = await settled(tools, 'noon');
  const { parameters } = noon.clip?.request ?? assert.fail();
  const reference = 'input_reference' in parameters ? parameters.input_reference : undefined;
  assert.ok(reference && 'path' in reference, JSON.stringify(parameters));
  const frame = path.join(tools.workspace, reference.path);
  assert.ok(
    psnr(await decodeFrame(frame, 0), await decodeFrame(path.join(tools.workspace, dawn.clip?.file?.path ?? ''), 23)) >
      50,
  );

  const before = await readFile(frame);
  const { lastFrameOf } = await import('../../../lib/production/storyboard/frame.ts');
  assert.equal(await lastFrameOf(dawn.clip ?? assert.fail(), BOARD, tools.runtime), reference.path);
  assert.deepEqual(await readFile(frame), before);
});
