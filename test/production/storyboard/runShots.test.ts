import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunOptions, runShots, type ShotEvent } from '../../../lib/production/storyboard/runShots.ts';
import { runStoryboard } from '../../../lib/production/storyboard/runStoryboard.ts';
import { startProvider } from '../../paid/provider.ts';
import { openStudio, revisingEngine } from '../../support/studio.ts';
import { openTools, type TestTools } from '../../tools/support.ts';
import { BOARD, planned, shot } from './support.ts';

const PATIENT = { defaultSeconds: 4, refuses429BeforeJob: true };

async function run({ runtime }: TestTools, options: Partial<RunOptions> = {}) {
  const events: ShotEvent[] = [];
  const settings = { concurrency: 4, approve: async () => true, ...options };
  const end = await runShots(BOARD, runtime, { ...settings, onEvent: (event) => events.push(event) });
  const counts = await (await runtime.ledger()).storyboards.counts(BOARD);
  return { ...end, counts, events };
}

/** The most shots that were at work at once. */
function mostAtOnce(events: readonly ShotEvent[]): number {
  const atWork = new Set<string>();
  let most = 0;
  for (const {
    shot: { id },
    isOver,
  } of events) {
    if (isOver) atWork.delete(id);
    else atWork.add(id);
    most = Math.max(most, atWork.size);
  }
  return most;
}

test('all shots are published, never more of them at once than was asked for', async () => {
  await using provider = await startProvider({ jobMs: 60 });
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const shots = Array.from({ length: 20 }, (_, index) => shot(`shot-${index}`));
  await planned(tools, ...shots);
  const { counts, events, isBrokenOff } = await run(tools, { concurrency: 3 });
  assert.deepEqual([counts, isBrokenOff], [{ published: 20 }, false]);
  assert.equal(mostAtOnce(events), 3);
  const addresses = events.filter(({ isOver }) => isOver).map(({ url }) => url);
  assert.equal(new Set(addresses).size, 20);
});

test('a shot that is made of another one begins when that one is done, wherever it stands', async () => {
  await using studio = await openStudio({ engine: revisingEngine() });
  await using tools = await openTools({ baseUrl: studio.baseUrl });
  const of = (source: string) => ({ source: { link: 'remix_of', shot: source } as const });
  await planned(tools, shot('third', of('second')), shot('second', of('first')), shot('first'), shot('other'));
  const { counts, events } = await run(tools, { concurrency: 8 });
  assert.deepEqual(counts, { published: 4 });
  const ends = events.filter(({ isOver }) => isOver).map(({ shot: { id } }) => id);
  assert.deepEqual(
    ends.filter((id) => id !== 'other'),
    ['first', 'second', 'third'],
  );
});

test('one shot that fails stops no other, unless that is asked for', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const shots = Array.from({ length: 8 }, (_, index) =>
    shot(`shot-${index}`, index === 1 ? { prompt: 'A boat [fails]' } : {}),
  );
  await planned(tools, ...shots);
  const early = await run(tools, { concurrency: 1, failFast: true });
  assert.deepEqual(early.counts, { published: 1, failed: 1, ready: 6 });
  assert.equal(early.events.at(-1)?.error?.code, 'out_of_memory');
  assert.deepEqual((await run(tools)).counts, { published: 7, failed: 1 });
});

test('a 429 slows all shots down, and the window opens again', async () => {
  await using provider = await startProvider({ jobMs: 20 });
  await using tools = await openTools({ baseUrl: provider.baseUrl, profile: PATIENT });
  const shots = Array.from({ length: 16 }, (_, index) =>
    shot(`shot-${index}`, index < 4 ? { prompt: `Boat ${index} [429=2]` } : {}),
  );
  await planned(tools, ...shots);
  const { counts } = await run(tools, { concurrency: 8 });
  assert.deepEqual(counts, { published: 16 });
  const { creates, jobs } = await provider.books();
  assert.deepEqual([creates, jobs.length], [24, 16]);
});

test('a server that refuses and asks for no pause is given one', async () => {
  await using provider = await startProvider({ every: '429', retryAfterMs: 0 });
  await using tools = await openTools({ baseUrl: provider.baseUrl, profile: PATIENT });
  await planned(tools, shot('dawn'));
  await run(tools, { limitMs: 1_500 });
  const { creates } = await provider.books();
  assert.ok(creates >= 1 && creates <= 8, `it was asked ${creates} times`);
});

test('over the budget nothing more is begun, it is told which shot it was, and a later run goes on', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl, budgetSeconds: 8 });
  await planned(tools, ...Array.from({ length: 4 }, (_, index) => shot(`shot-${index}`)));
  const { counts, stoppedBy } = await run(tools, { concurrency: 1 });
  assert.deepEqual(counts, { published: 2, ready: 2 });
  assert.deepEqual([stoppedBy?.error.code, stoppedBy?.shot], ['over_budget', 'shot-2']);
  const { workspace, state } = tools.runtime.config;
  await using richer = await openTools({ baseUrl: provider.baseUrl, workspace, state, budgetSeconds: 100 });
  assert.deepEqual((await run(richer)).counts, { published: 4 });
});

test('a server that is not there ends the run, and is no failure of its shots', async () => {
  await using tools = await openTools({ baseUrl: 'http://127.0.0.1:1' });
  await planned(tools, ...Array.from({ length: 12 }, (_, index) => shot(`shot-${index}`)));
  const { counts, stoppedBy } = await run(tools);
  assert.equal(stoppedBy?.error.code, 'server_unreachable');
  assert.equal(counts.failed, undefined);
  assert.equal((counts.ready ?? 0) + (counts.intended ?? 0), 12);
});

test('time that runs out, and a signal, leave everything to be gone on with', async () => {
  await using provider = await startProvider({ jobMs: 1_500 });
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  await planned(tools, ...Array.from({ length: 6 }, (_, index) => shot(`shot-${index}`)));
  const first = await run(tools, { limitMs: 300 });
  assert.ok(first.isBrokenOff);
  assert.equal(first.counts.published, undefined);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 300);
  assert.ok((await run(tools, { signal: controller.signal })).isBrokenOff);
  await provider.set({ jobMs: 0 });
  assert.deepEqual((await run(tools)).counts, { published: 6 });
  assert.equal((await provider.books()).jobs.length, 6);
});

test('bytes on their way are broken off by the limit, but not where the host lives on', async () => {
  await using provider = await startProvider({ contentMs: 2_500 });
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  await planned(tools, shot('a'), shot('b'));
  assert.equal((await run(tools, { limitMs: 1_000 })).counts.published, undefined);
  const lifetime = new AbortController().signal;
  assert.deepEqual((await run(tools, { limitMs: 1_000, lifetime })).counts, { published: 2 });
});

test('two runs at once make each shot once', async () => {
  await using provider = await startProvider({ answerMs: 20, jobMs: 100 });
  await using first = await openTools({ baseUrl: provider.baseUrl });
  const { workspace, state } = first.runtime.config;
  await using second = await openTools({ baseUrl: provider.baseUrl, workspace, state });
  await planned(first, ...Array.from({ length: 12 }, (_, index) => shot(`shot-${index}`)));
  const runs = await Promise.all([run(first), run(second)]);
  for (const { stoppedBy } of runs) assert.equal(stoppedBy, undefined);
  assert.deepEqual((await run(first)).counts, { published: 12 });
  assert.equal((await provider.books()).jobs.length, 12);
});

test('a person is asked once for all, with what it costs, and a no sends nothing', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl, approveAboveUsd: 0.5 });
  await planned(tools, ...Array.from({ length: 5 }, (_, index) => shot(`shot-${index}`, { model: 'sora-2' })));
  await assert.rejects(runStoryboard(BOARD, tools.runtime, {}), {
    code: 'not_approved',
    message: /5 clips, 20 seconds, about \$2\.00/,
  });
  assert.equal((await provider.books()).creates, 0);
  const questions: (number | undefined)[] = [];
  const approve = async ({ usd }: { usd?: number }) => questions.push(usd) > 0;
  const { totals } = await runStoryboard(BOARD, tools.runtime, { approve });
  assert.deepEqual([questions, totals.states], [[2], { published: 5 }]);
  await runStoryboard(BOARD, tools.runtime, {});
});
