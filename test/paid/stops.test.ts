import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import type { Running } from '../cli/support.ts';
import { POSTGRES_MISSING, startPostgres } from '../support/postgres.ts';
import { until } from '../support/studio.ts';
import type { StopPoint } from './stopAt.ts';
import {
  assertPaidOnce,
  clipOf,
  isUnknown,
  openPaid,
  publishedAtLast,
  publishedBy,
  RELIABLE_LIST,
  stopAt,
  wish,
} from './support.ts';

/** Each point at which a program can end, and how many creates the server has accepted by then. */
const ENDS: [StopPoint, number][] = [
  ['before the intent', 0],
  ['after the intent', 0],
  ['after connect', 0],
  ['before the commit point', 0],
  ['after the commit point', 0],
  ['after the headers', 0],
  ['after the answer', 1],
];

for (const [point, paidSoFar] of ENDS) {
  test(`killed ${point}, a program has its clip paid for once, and the next publishes it`, async () => {
    await using paid = await openPaid({ profile: RELIABLE_LIST, provider: { lagMs: 100 } });
    const killed = await paid.cli.run(wish('A boat'), { env: stopAt(point) });
    assert.equal(killed.code, null, `it did not come to that point: ${killed.stdout}${killed.stderr}`);
    assert.equal((await paid.provider.paid('A boat')).length, paidSoFar);
    await assertPaidOnce(paid, 'A boat', await publishedAtLast(paid, 'A boat'));
  });
}

test('killed while the server holds its answer, a program has its clip paid for once, and the next publishes it', async () => {
  await using paid = await openPaid({ profile: RELIABLE_LIST, provider: { lagMs: 100 } });
  const running = paid.cli.start(wish('A boat [held]'));
  await until(async () => (await paid.provider.paid('A boat [held]')).length === 1);
  running.child.kill('SIGKILL');
  await running.ended;
  await assertPaidOnce(paid, 'A boat [held]', publishedBy(await paid.cli.run(wish('A boat [held]'))));
});

const PAUSES: StopPoint[] = [
  'after the intent',
  'after connect',
  'after the commit point',
  'after the headers',
  'after the answer',
];
/** Those that can be seen from outside of SQLite. */
const NETWORK_PAUSES: StopPoint[] = ['after connect', 'after the headers', 'after the answer'];

/** A program stops there, another takes over and publishes the clip, and the first goes on. */
async function takenOver(point: StopPoint, settings: Record<string, string> = {}): Promise<void> {
  await using paid = await openPaid({ profile: RELIABLE_LIST, provider: { lagMs: 100 }, settings });
  const stopped = paid.cli.start(wish('A boat'), { env: stopAt(point, 'SIGSTOP') });
  await until(() => isStopped(stopped));
  const published = await publishedAtLast(paid, 'A boat');
  stopped.child.kill('SIGCONT');
  assert.deepEqual(publishedBy(await stopped.ended), published);
  await assertPaidOnce(paid, 'A boat', published);
}

for (const point of PAUSES) {
  test(`stopped ${point} until another program has taken over, a program goes on without paying`, () =>
    takenOver(point));
}

test('over Postgres, too, a program that was stopped goes on without paying', { skip: POSTGRES_MISSING }, async () => {
  await using postgres = await startPostgres();
  for (const point of NETWORK_PAUSES) await takenOver(point, { VIDEO_LEDGER: postgres.database() });
});

test('the answer of a program that was stopped until a person had the clip made anew is kept as an orphan', async () => {
  await using paid = await openPaid({ provider: { list: 'missing' } });
  const stopped = paid.cli.start(wish('A boat'), { env: stopAt('after the answer', 'SIGSTOP') });
  await until(() => isStopped(stopped));
  const unsettled = await paid.cli.run(wish('A boat'));
  assert.ok(isUnknown(unsettled), unsettled.stderr);
  const [first, ...none] = await paid.provider.paid('A boat');
  assert.ok(first && none.length === 0);
  const { key } = await clipOf(paid, 'A boat');
  const decided = await paid.cli.run(['ledger', 'decide', key, '--resend']);
  assert.equal(decided.code, 0, decided.stderr);
  const published = publishedBy(await paid.cli.run(wish('A boat')));
  stopped.child.kill('SIGCONT');
  assert.deepEqual(publishedBy(await stopped.ended), published);
  const [, second, ...more] = await paid.provider.paid('A boat');
  assert.deepEqual(
    [second?.sha256, more.length],
    [published.sha256, 0],
    'paid for a second time because a person said so',
  );
  const { stdout } = await paid.cli.run(['ledger']);
  assert.match(stdout, new RegExp(`orphan job ${first.id}`));
  assert.match(stdout, /Within 24 hours: .*, 8 seconds, 2 jobs/);
});

test('two programs that wish for the same clip at once pay for it once, and both tell its address', async () => {
  await using paid = await openPaid({ provider: { answerMs: 50, jobMs: 1_000 } });
  for (const [prompt, session] of [
    ['A boat', 'a session'],
    ['A tram', 'another session'],
    ['A kite', 'a session'],
  ] as const) {
    const [one, other] = await Promise.all([paid.cli.run(wish(prompt)), paid.cli.run(wish(prompt, session))]);
    await assertPaidOnce(paid, prompt, publishedBy(one));
    await assertPaidOnce(paid, prompt, publishedBy(other));
  }
});

function isStopped({ child }: Running): boolean {
  return execFileSync('ps', ['-o', 'state=', '-p', String(child.pid)], { encoding: 'utf8' }).startsWith('T');
}
