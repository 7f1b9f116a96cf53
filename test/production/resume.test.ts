import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { produce } from '../../lib/production/produce.ts';
import { resume } from '../../lib/production/resume.ts';
import { intend } from '../../lib/production/submit.ts';
import type { Options } from '../../types/config.ts';
import type { Clip } from '../../types/ledger.ts';
import { startProvider } from '../paid/provider.ts';
import type { Provider } from '../paid/providerClient.ts';
import { openTools, type TestTools } from '../tools/support.ts';

const LIMIT_MS = 20_000;

/** Tools beside a clip whose process ended before it was sent. */
async function openBeside(
  provider: Provider,
  prompt: string,
  options: Options = {},
): Promise<{ tools: TestTools; clip: Clip }> {
  const profile = { defaultSeconds: 4, refuses429BeforeJob: true };
  const tools = await openTools({ baseUrl: provider.baseUrl, profile, sendDeadlineMs: 1_500, ...options });
  const { workspace, state } = tools.runtime.config;
  const ended = await openTools({ baseUrl: provider.baseUrl, profile, workspace, state, sendDeadlineMs: 1 });
  const request = { operation: 'create', parameters: { prompt } } as const;
  const { clip } = await intend({ request, goal: 'published' }, ended.runtime, {});
  await ended[Symbol.asyncDispose]();
  await sleep(5);
  return { tools, clip };
}

test('a clip that cannot be sent for a passing reason is still there for the next resume', async () => {
  await using provider = await startProvider();
  const { tools, clip } = await openBeside(provider, 'A boat [429=4]');
  await using _ = tools;
  const [first] = await resume([clip], tools.runtime, { limitMs: LIMIT_MS });
  assert.equal(first?.error?.code, 'rate_limited');
  const ledger = await tools.runtime.ledger();
  assert.equal((await ledger.get(clip.key))?.state, 'intended');
  assert.equal((await ledger.spending(false)).jobs, 0);
  const [second] = await resume([clip], tools.runtime, { limitMs: LIMIT_MS });
  assert.equal(second?.outcome?.clip.state, 'published');
  assert.equal((await provider.paid(clip.request.parameters.prompt)).length, 1);
});

test('a clip that nobody sent is sent by whoever asks for it again, once', async () => {
  await using provider = await startProvider();
  const { tools, clip } = await openBeside(provider, 'A boat', { tools: 'chain' });
  await using _ = tools;
  const waited = await tools.call('video_wait', { ids: [clip.key] });
  assert.match(waited.data.next_step ?? '', /^Call video_create again with the same arguments/);
  const ask = () => tools.call('video_create', { prompt: 'A boat' });
  for (const { isError, summary, data } of await Promise.all([ask(), ask()])) {
    assert.equal(isError, undefined, summary);
    assert.equal(data.jobs?.[0]?.key, clip.key);
  }
  const [paid, ...more] = await provider.paid('A boat');
  assert.ok(paid && more.length === 0);
  const { data } = await ask();
  assert.deepEqual([data.jobs?.[0]?.id, data.jobs?.[0]?.key], [paid.id, clip.key]);
  assert.equal(data.next_step, `Call video_wait with {"ids":["${paid.id}"]}`);
});

test('a limit that comes while the answer to a create is awaited does not lose the answer', async () => {
  await using provider = await startProvider({ acceptMs: 600 });
  const { tools, clip } = await openBeside(provider, 'A boat');
  await using _ = tools;
  assert.equal((await produce(clip.key, tools.runtime, { limitMs: 200 })).clip.state, 'known');
  assert.equal((await produce(clip.key, tools.runtime, { limitMs: LIMIT_MS })).clip.state, 'published');
  assert.equal((await provider.paid('A boat')).length, 1);
});

test('jobs that take long leave time to the clips behind them, and what there is no time for is left alone', async () => {
  await using provider = await startProvider({ jobMs: 60_000 });
  const { tools, clip } = await openBeside(provider, 'The last');
  await using _ = tools;
  for (let index = 0; index < 32; index++) await tools.call('video_create', { prompt: `Boat ${index}` });
  const ledger = await tools.runtime.ledger();
  const clips = [...(await ledger.list()).filter(({ key }) => key !== clip.key), clip];
  for (const { outcome } of await resume(clips, tools.runtime, { limitMs: 0 })) assert.equal(outcome?.isSettled, false);
  assert.equal((await ledger.get(clip.key))?.state, 'intended');
  await resume(clips, tools.runtime, { limitMs: 2_000 });
  assert.equal((await ledger.get(clip.key))?.state, 'known');
  assert.equal((await provider.paid('The last')).length, 1);
});
