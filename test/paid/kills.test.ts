import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { documentOf, openCommandLine } from '../cli/support.ts';
import { seededRandom } from '../faults/random.ts';
import { POSTGRES_MISSING, startPostgres } from '../support/postgres.ts';
import { killedAfter, killPrograms, SPAN, type Tally } from './killing.ts';
import type { ProviderSettings } from './provider.ts';
import { openPaid, PHASES, RELIABLE_LIST, seed, timesOf, wish } from './support.ts';

/** What is not answered in time is found again, so that it may be given up early. */
const IMPATIENT = timesOf({ sendDeadlineMs: 400, timeoutMs: 600 });
const FAULTS = ['[429]', '[lost]', '[5xx]'];

interface Variant {
  title: string;
  provider: Partial<ProviderSettings>;
  profile?: object;
  kills: number;
  isPersonAsked: boolean;
}

const VARIANTS: Variant[] = [
  {
    title: 'whose list lags, as is stated',
    provider: { lagMs: 80 },
    profile: { ...RELIABLE_LIST, refuses429BeforeJob: true },
    kills: 60,
    isPersonAsked: false,
  },
  {
    title: 'whose clock is five minutes ahead',
    provider: { lagMs: 80, clockAheadMs: 300_000 },
    profile: RELIABLE_LIST,
    kills: 12,
    isPersonAsked: false,
  },
  {
    title: 'whose list lags for longer than is stated',
    provider: { lagMs: 3_000 },
    profile: RELIABLE_LIST,
    kills: 12,
    isPersonAsked: true,
  },
  { title: 'whose list shows no prompts', provider: { list: 'no prompts' }, kills: 12, isPersonAsked: true },
  { title: 'that has no list', provider: { list: 'missing' }, kills: 12, isPersonAsked: true },
];

for (const { title, provider, profile, kills, isPersonAsked } of VARIANTS) {
  test(`a server ${title}: ${kills} kills of programs that make one clip each`, async (context) => {
    await using paid = await openPaid({
      provider: { ...PHASES, ...provider },
      ...(profile && { profile }),
      settings: IMPATIENT,
    });
    const tally = await killPrograms(paid, { seed, kills, atOnce: 2, faults: FAULTS, isPersonAsked });
    tell(context, tally);
    if (!isPersonAsked) assert.equal(tally.decisions, 0);
  });
}

test('a server whose list lags, as is stated: 20 kills of a program with 50 clips in flight', async (context) => {
  await using paid = await openPaid({
    provider: { ...PHASES, jobMs: 500, lagMs: 80 },
    profile: RELIABLE_LIST,
    settings: timesOf({ sendDeadlineMs: 3_000, timeoutMs: 2_000 }),
  });
  tell(context, await killPrograms(paid, { seed, kills: 20, clips: 50 }));
});

test('a ledger in Postgres: 12 kills of programs that make one clip each', {
  skip: POSTGRES_MISSING,
}, async (context) => {
  await using postgres = await startPostgres();
  await using paid = await openPaid({
    provider: { ...PHASES, lagMs: 80 },
    profile: RELIABLE_LIST,
    settings: { ...IMPATIENT, VIDEO_LEDGER: postgres.database() },
  });
  tell(context, await killPrograms(paid, { seed, kills: 12, atOnce: 2, faults: FAULTS }));
});

test('the embedded studio: 20 kills of a program that makes one clip', async (context) => {
  await using cli = await openCommandLine({ VIDEO_POLL_MS: '50' });
  const random = seededRandom(seed);
  let clips = 0;
  let spanMs: number | undefined;
  for (let kills = 0; kills < 20; ) {
    const prompt = `A boat ${++clips}`;
    const started = performance.now();
    for (let isPublished = false; !isPublished; ) {
      const instantMs = spanMs === undefined || kills >= 20 ? undefined : random() * spanMs;
      const outcome = await killedAfter(cli.start(wish(prompt)), instantMs);
      if (outcome.code === null) kills++;
      else {
        assert.equal(outcome.code, 0, outcome.stderr);
        isPublished = documentOf(outcome).published?.length === 1;
      }
    }
    spanMs ??= SPAN * (performance.now() - started);
    const { jobs = [] } = documentOf(await cli.run(['list', '--limit', '100', '--json']));
    assert.equal(jobs.length, clips, 'a job was made twice');
  }
  context.diagnostic(`seed ${seed}: ${clips} clips`);
});

function tell(context: TestContext, tally: Tally): void {
  context.diagnostic(`seed ${seed}: ${JSON.stringify(tally)}`);
}
