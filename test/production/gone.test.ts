import assert from 'node:assert/strict';
import { test } from 'node:test';
import { produce } from '../../lib/production/produce.ts';
import type { Options } from '../../types/config.ts';
import { startProvider } from '../paid/provider.ts';
import { until } from '../support/studio.ts';
import { errorOf, openTools, type TestTools } from '../tools/support.ts';

/** As another program sees it, which made none of the jobs itself. */
function openAnother({ runtime }: TestTools, options: Options): Promise<TestTools> {
  const { workspace, state } = runtime.config;
  return openTools({ ...options, workspace, state });
}

test('a job that is deleted while another process waits for it is not made anew', async () => {
  await using provider = await startProvider({ jobMs: 60_000 });
  const options = { baseUrl: provider.baseUrl, profile: { costsNothing: true } };
  await using tools = await openTools(options);
  await using another = await openAnother(tools, options);
  const { data } = await tools.call('video_create', { prompt: 'A boat' });
  const { id = '', key = '' } = data.jobs?.[0] ?? {};
  const ledger = await tools.runtime.ledger();
  const waiting = produce(key, another.runtime, { limitMs: 10_000 });
  // Between the server's word and the note, the waiting process asks for the job.
  await provider.forget(id);
  await until(async () => (await ledger.get(key))?.state === 'gone');
  const gone = (await ledger.get(key)) ?? assert.fail();
  await ledger.move(gone, 'failed', { error: { code: 'deleted', message: 'Its job was deleted.' } });
  assert.equal((await waiting).clip.error?.code, 'deleted');
  assert.equal((await provider.books()).jobs.length, 1);
});

test('a wish for a clip that only a person can decide on says so, and offers no other take', async () => {
  await using provider = await startProvider({ jobMs: 60_000 });
  await using tools = await openTools({
    baseUrl: provider.baseUrl,
    quarantineMs: 1_500,
    sendDeadlineMs: 300,
    requestTimeoutMs: 1_200,
  });
  await using another = await openAnother(tools, { baseUrl: provider.baseUrl });
  const ledger = await tools.runtime.ledger();
  const { data } = await tools.call('video_create', { prompt: 'A boat' });
  const { id = '', key = '' } = data.jobs?.[0] ?? {};
  await provider.forget(id);
  await ledger.move((await ledger.get(key)) ?? assert.fail(), 'gone');
  const gone = errorOf(await another.call('video_create', { prompt: 'A boat' }));
  assert.deepEqual([gone.code, gone.submitted, gone.job_id], ['gone', 'yes', id]);

  await tools.call('video_create', { prompt: 'A tram [lost]' });
  const [tram] = await ledger.list();
  await ledger.move(tram ?? assert.fail(), 'unknown');
  const unknown = errorOf(await another.call('video_create', { prompt: 'A tram [lost]' }));
  assert.deepEqual([unknown.code, unknown.submitted], ['outcome_unknown', 'unknown']);
  assert.match(unknown.next_step ?? '', /A person decides/);
});
