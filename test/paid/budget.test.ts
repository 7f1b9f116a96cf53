import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { documentOf } from '../cli/support.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { BATCH, openPaid, publishedBy, wish } from './support.ts';

let postgres: Promise<PostgresServer> | undefined;
after(async () => (await postgres)?.[Symbol.asyncDispose]());

const STORES = [
  { store: 'SQLite', skip: false, ledger: async () => ({}) },
  {
    store: 'Postgres',
    skip: POSTGRES_MISSING,
    ledger: async () => {
      postgres ??= startPostgres();
      return { VIDEO_LEDGER: (await postgres).database() };
    },
  },
];

/** A clip of four seconds costs 40 cents. */
const CAPS = { VIDEO_BUDGET_JOBS: '5', VIDEO_BUDGET_SECONDS: '20', VIDEO_BUDGET_USD: '2' };

for (const { store, skip, ledger } of STORES) {
  for (const [cap, value] of Object.entries(CAPS)) {
    test(`${store}: of twenty creates at once, in two processes, ${cap} for five lets five reach the server`, {
      skip,
    }, async () => {
      await using paid = await openPaid({
        provider: { answerMs: 50 },
        // Twenty calls on a loaded machine take their time.
        settings: { ...(await ledger()), [cap]: value, VIDEO_SEND_DEADLINE_MS: '5000', VIDEO_QUARANTINE_MS: '9000' },
      });
      const start = (name: string) => {
        const inputs = Array.from({ length: 10 }, (_, index) => ({
          prompt: `${name} ${index}`,
          seconds: '4',
          model: 'sora-2',
        }));
        return paid.cli.start(['video_create', JSON.stringify(inputs)], { program: BATCH }).ended;
      };
      const outcomes = await Promise.all([start('boat'), start('tram')]);
      const results = outcomes.flatMap(({ stdout }): { error?: { code: string } }[] => JSON.parse(stdout));
      const codes = results.map(({ error }) => error?.code ?? 'made').sort();
      assert.deepEqual(codes, [...Array(5).fill('made'), ...Array(15).fill('over_budget')]);
      const books = await paid.provider.books();
      assert.deepEqual([books.creates, books.jobs.length], [5, 5]);
    });
  }
}

test('what one process spent is missing to the next, which sends nothing and says what is left', async () => {
  await using paid = await openPaid({ settings: { VIDEO_BUDGET_SECONDS: '6' } });
  publishedBy(await paid.cli.run(wish('A boat')));
  const outcome = await paid.cli.run(wish('A tram'));
  assert.equal(outcome.code, 3);
  assert.equal(documentOf(outcome).error?.code, 'over_budget');
  assert.match(outcome.stderr, /needs 4 seconds, and of 6 seconds within 24 hours 2 seconds are left/);
  assert.equal((await paid.provider.books()).creates, 1);
});

test('an agent that another agent hands work to meets the same cap', async () => {
  await using paid = await openPaid({ settings: { VIDEO_BUDGET_SECONDS: '6' } });
  const first = await paid.cli.run(['plan', 'A boat. 4 seconds. Publish it.', '--json']);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(documentOf(first).published?.length, 1, first.stdout);
  await paid.cli.run(['plan', 'A tram. 4 seconds. Publish it.', '--json']);
  assert.equal((await paid.provider.books()).creates, 1);
  const second = await paid.cli.run(['agent', 'A tram. 4 seconds. Publish it.', '--json']);
  assert.match(documentOf(second).text ?? '', /2 seconds are left/);
  assert.equal(second.code, 3);
  assert.equal((await paid.provider.books()).creates, 1);
});
