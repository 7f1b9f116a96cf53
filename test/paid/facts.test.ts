import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { documentOf } from '../cli/support.ts';
import { until } from '../support/studio.ts';
import { assertPaidOnce, clipOf, isUnknown, openPaid, type Paid, publishedBy, stopAt, wish } from './support.ts';

/** A program that makes a boat is killed; the server made the job, and forgets it. */
async function forgotten(paid: Paid): Promise<string> {
  const running = paid.cli.start(wish('A boat'));
  await until(async () => (await clipOf(paid, 'A boat').catch(() => undefined))?.state === 'known');
  running.child.kill('SIGKILL');
  await running.ended;
  const [job] = await paid.provider.paid('A boat');
  await paid.provider.forget(job?.id ?? '-');
  // A server may not know at once of a job that was just made: let that time be over.
  using database = new DatabaseSync(path.join(paid.cli.environment.VIDEO_STATE ?? '', 'ledger.db'));
  database.exec('UPDATE clips SET sent_at = sent_at - 60000');
  return (await clipOf(paid, 'A boat')).key;
}

test('a job that its server has forgotten is made anew only when a person says so', async () => {
  await using paid = await openPaid({ provider: { jobMs: 10_000 } });
  const key = await forgotten(paid);
  const gone = await paid.cli.run(wish('A boat'));
  assert.equal(documentOf(gone).error?.code, 'gone', gone.stdout);
  assert.match(gone.stderr, new RegExp(`video-toolset ledger decide ${key} --resend`));
  assert.equal((await paid.provider.paid('A boat')).length, 1);
  await paid.provider.set({ jobMs: 0 });
  assert.equal((await paid.cli.run(['ledger', 'decide', key, '--resend'])).code, 0);
  const published = publishedBy(await paid.cli.run(wish('A boat')));
  assert.deepEqual(
    (await paid.provider.paid('A boat')).map(({ sha256 }) => sha256 === published.sha256),
    [false, true],
  );
  assert.equal((await clipOf(paid, 'A boat')).key, key);
});

test('a job that its server has forgotten is made anew by itself where that costs nothing, under the same key', async () => {
  await using paid = await openPaid({ provider: { jobMs: 10_000 }, profile: { costsNothing: true } });
  const key = await forgotten(paid);
  await paid.provider.set({ jobMs: 0 });
  const published = publishedBy(await paid.cli.run(wish('A boat')));
  assert.equal((await paid.provider.paid('A boat'))[1]?.sha256, published.sha256);
  assert.equal((await clipOf(paid, 'A boat')).key, key);
});

test('a server that knows idempotency keys is paid once even where a person has the clip sent again', async () => {
  await using paid = await openPaid({
    provider: { list: 'missing', takesKeys: true },
    profile: { idempotencyKey: 'Idempotency-Key' },
  });
  const killed = await paid.cli.run(wish('A boat'), { env: stopAt('after the answer') });
  assert.equal(killed.code, null);
  assert.ok(isUnknown(await paid.cli.run(wish('A boat'))));
  const { key } = await clipOf(paid, 'A boat');
  assert.equal((await paid.cli.run(['ledger', 'decide', key, '--resend'])).code, 0);
  await assertPaidOnce(paid, 'A boat', publishedBy(await paid.cli.run(wish('A boat'))));
  assert.equal((await paid.provider.books()).creates, 2);
});

test('a refusal that is known to come before the job is tried again by itself, and paid for once', async () => {
  await using paid = await openPaid({ provider: { list: 'missing' }, profile: { refuses429BeforeJob: true } });
  await assertPaidOnce(paid, 'A boat [429=2]', publishedBy(await paid.cli.run(wish('A boat [429=2]'))));
  assert.match((await paid.cli.run(['ledger'])).stdout, / 4 seconds, 1 jobs/);
});

test('a job that fails is told as such, and the same wish makes another', async () => {
  await using paid = await openPaid({ profile: { billsFailedJobs: 'no' } });
  const failed = await paid.cli.run(wish('A boat [fails]'));
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /The GPU ran out of memory/);
  assert.match((await paid.cli.run(['ledger'])).stdout, / 0 seconds, 0 jobs/);
  await paid.cli.run(wish('A boat [fails]'));
  assert.equal((await paid.provider.paid('A boat [fails]')).length, 2);
});
