import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { decide } from '../../lib/production/decide.ts';
import { produce } from '../../lib/production/produce.ts';
import type { Clip } from '../../types/ledger.ts';
import { startProvider } from '../paid/provider.ts';
import { until } from '../support/studio.ts';
import { errorOf, openTools, type TestTools } from '../tools/support.ts';

/** The clip whose answer its server keeps back. */
async function heldClip({ runtime }: TestTools): Promise<Clip> {
  const ledger = await runtime.ledger();
  let clip: Clip | undefined;
  await until(async () => {
    [clip] = await ledger.list();
    return clip?.state === 'sent';
  });
  return clip ?? assert.fail();
}

test('a job that the ledger cannot note is named, and can be given to its clip later', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const created = tools.call('video_create', { prompt: 'A boat [held]' });
  const { key } = await heldClip(tools);
  using database = new DatabaseSync(tools.runtime.config.ledger);
  database.exec('ALTER TABLE attempts RENAME TO taken_away');
  await until(async () => (await provider.books()).jobs.length === 1);
  await provider.release();
  const error = errorOf(await created);
  const [job] = await provider.paid('A boat [held]');
  assert.deepEqual(
    [error.code, error.submitted, error.billed, error.job_id],
    ['storage_failed', 'yes', 'likely', job?.id],
  );
  assert.match(error.next_step ?? '', new RegExp(`ledger decide ${key} --job ${job?.id}`));

  database.exec('ALTER TABLE taken_away RENAME TO attempts');
  const clip = (await (await tools.runtime.ledger()).get(key)) ?? assert.fail();
  await decide(clip, { job: job?.id ?? '' }, tools.runtime);
  await (await tools.runtime.ledger()).want(clip, 'published');
  assert.equal((await produce(key, tools.runtime, { limitMs: 20_000 })).clip.state, 'published');
  assert.equal((await provider.paid('A boat [held]')).length, 1);
});

test('an answer that comes too late is not told as the job of its clip', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const created = tools.call('video_create', { prompt: 'A boat [held]' });
  const clip = await heldClip(tools);
  const ledger = await tools.runtime.ledger();
  await ledger.adopt(clip, 'video_other');
  await until(async () => (await provider.books()).jobs.length === 1);
  await provider.release();
  const error = errorOf(await created);
  const [job] = await provider.paid('A boat [held]');
  assert.deepEqual([error.code, error.submitted, error.job_id], ['superseded', 'yes', job?.id]);
  assert.deepEqual(
    (await ledger.orphans()).map(({ jobId }) => jobId),
    [job?.id],
  );
  assert.equal((await ledger.get(clip.key))?.jobId, 'video_other');
});
