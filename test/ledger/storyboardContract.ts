import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerDriver } from '../../lib/ledger/driver.ts';
import { createLedger, type Ledger } from '../../lib/ledger/ledger.ts';
import type { Clip } from '../../types/ledger.ts';
import type { PlannedShot, Shot, StoryboardPlan } from '../../types/storyboard.ts';
import type { Ledgers } from './contract.ts';
import { handClock, SERVER, wish } from './support.ts';

const FILE = { path: 'boat.mp4', bytes: 3, sha256: 'ab', content_type: 'video/mp4' };
const PUBLISHED = { ...FILE, url: 'https://cdn.example/x', key: 'x', verified: 'sha256' as const };
const OUTPUT = { concatenate: true, publish: true, poster: 0 };
const BOARD = 'harbour-1';

function shot(id: string, prompt = id, source?: string): PlannedShot {
  const request = { prompt, ...(source && { source: { link: 'continue_from' as const, shot: source } }) };
  return { id, request, hash: `of ${prompt}` };
}

function board(...shots: PlannedShot[]): StoryboardPlan {
  return { id: BOARD, title: 'Harbour', server: SERVER, workspace: '/home/someone/videos', output: OUTPUT, shots };
}

/** What every place to keep storyboards in must do. */
export function storyboardContract(name: string, start: () => Promise<Ledgers>, skip: string | false = false): void {
  const scenario = (title: string, run: (ledger: Ledger, driver: LedgerDriver) => Promise<void>) =>
    test(`${name}: ${title}`, { skip }, async () => {
      await using place = await start();
      const driver = await place.open();
      const ledger = createLedger(driver, { sendDeadlineMs: 10_000, quarantineMs: 90_000, now: handClock().now });
      try {
        await run(ledger, driver);
      } finally {
        await ledger.close();
      }
    });

  const oneShot = async ({ storyboards }: Ledger, id: string): Promise<Shot> =>
    (await storyboards.shot(BOARD, id)) ?? assert.fail(`There is no shot ${id}.`);
  const intendedFor = async (ledger: Ledger, id: string): Promise<Clip> => {
    const { clip } = await ledger.intend(wish(id, { session: BOARD }), {});
    assert.equal(await ledger.storyboards.claim(await oneShot(ledger, id), clip.key), 'claimed');
    return clip;
  };
  const publishedFor = async (ledger: Ledger, id: string): Promise<Clip> => {
    const sent = ledger.markSent(await ledger.markSentAhead(await intendedFor(ledger, id)));
    const done = await ledger.move(await ledger.answered(sent, `job-${id}`), 'done');
    const downloaded = await ledger.move(done, 'downloaded', { file: FILE });
    const clip = await ledger.move(downloaded, 'published', { published: PUBLISHED });
    await ledger.storyboards.done(await oneShot(ledger, id), clip.key);
    return clip;
  };
  const readyOf = async ({ storyboards }: Ledger) =>
    (await storyboards.ready(BOARD, { limit: 100 })).map(({ id }) => id);

  scenario('shots are ready from the start, or when the one they are made of is done', async (ledger) => {
    const { storyboards } = ledger;
    const changes = await storyboards.plan(board(shot('dawn'), shot('noon', 'noon', 'dawn'), shot('night')));
    assert.deepEqual(changes, { kept: 0, wanted: ['dawn', 'noon', 'night'], dropped: [] });
    assert.deepEqual(await readyOf(ledger), ['dawn', 'night']);
    assert.deepEqual(await storyboards.counts(BOARD), { ready: 2, waiting: 1 });
    const clip = await publishedFor(ledger, 'dawn');
    assert.deepEqual(await storyboards.done(await oneShot(ledger, 'dawn'), clip.key), [], 'it is said once');
    assert.deepEqual(await readyOf(ledger), ['noon', 'night']);
    assert.deepEqual(
      (await storyboards.ready(BOARD, { after: 2, limit: 1 })).map(({ id }) => id),
      ['night'],
    );
    assert.deepEqual(await storyboards.counts(BOARD), { ready: 2, published: 1 });
  });

  scenario('a storyboard is read back as it was written down, with its film', async (ledger) => {
    const { storyboards } = ledger;
    const plan = { ...board(shot('dawn')), file: 'harbour.yaml' };
    await storyboards.plan(plan);
    const film = { hash: 'f', file: FILE, published: PUBLISHED };
    await storyboards.keepFilm(BOARD, film);
    const { shots: _, ...rest } = plan;
    const { createdAt, updatedAt, ...known } = (await storyboards.get(BOARD)) ?? assert.fail();
    assert.deepEqual(known, { ...rest, film });
    assert.ok(createdAt > 0 && updatedAt >= createdAt);
    assert.equal((await storyboards.list({ workspace: plan.workspace })).length, 1);
    assert.deepEqual(await storyboards.list({ workspace: '/elsewhere' }), []);
    assert.equal(await storyboards.get('another'), undefined);
  });

  scenario('a shot is seen with its clip and what it cost', async (ledger) => {
    const { storyboards } = ledger;
    await storyboards.plan(board(shot('dawn'), shot('noon')));
    const clip = await publishedFor(ledger, 'dawn');
    const [dawn, noon] = await storyboards.views(BOARD, { limit: 10 });
    assert.deepEqual([dawn?.state, dawn?.made, dawn?.cost], ['published', clip, { seconds: 4, usd: 0.4 }]);
    assert.deepEqual([noon?.state, noon?.made, noon?.cost], ['ready', undefined, undefined]);
    assert.deepEqual(
      (await storyboards.views(BOARD, { after: 1, limit: 10 })).map(({ id }) => id),
      ['noon'],
    );
  });

  scenario('a clip belongs to one shot, and a shot keeps its clip', async (ledger) => {
    const { storyboards } = ledger;
    await storyboards.plan(board(shot('dawn'), shot('noon')));
    const clip = await intendedFor(ledger, 'dawn');
    const before = await oneShot(ledger, 'noon');
    assert.equal(await storyboards.claim(before, clip.key), 'taken');
    await storyboards.anotherTake(before);
    assert.equal((await oneShot(ledger, 'noon')).take, 2);
    const own = await ledger.intend(wish('noon', { session: BOARD }), {});
    assert.equal(await storyboards.claim(before, own.clip.key), 'changed', 'it was read before its take changed');
    assert.equal(await storyboards.claim(await oneShot(ledger, 'noon'), own.clip.key), 'claimed');
    assert.equal(await storyboards.claim(await oneShot(ledger, 'noon'), own.clip.key), 'claimed', 'by whomever');
    const other = await ledger.intend(wish('another', { session: BOARD }), {});
    assert.equal(await storyboards.claim(await oneShot(ledger, 'noon'), other.clip.key), 'changed');
  });

  scenario('of many that give the same clip to different shots at once, one does', async (ledger) => {
    const { storyboards } = ledger;
    const shots = Array.from({ length: 8 }, (_, index) => shot(`shot-${index}`));
    await storyboards.plan(board(...shots));
    const { clip } = await ledger.intend(wish('a boat', { session: BOARD }), {});
    const rows = await storyboards.ready(BOARD, { limit: 8 });
    const claims = await Promise.all(rows.map((row) => storyboards.claim(row, clip.key)));
    assert.deepEqual(claims.toSorted(), ['claimed', ...Array(7).fill('taken')]);
  });

  scenario('what failed is told with its reason, and can be made anew', async (ledger) => {
    const { storyboards } = ledger;
    await storyboards.plan(board(shot('dawn'), shot('noon', 'noon', 'dawn')));
    await intendedFor(ledger, 'dawn');
    const reason = { code: 'job_failed', message: 'The GPU ran out of memory.' };
    const before = await oneShot(ledger, 'dawn');
    await storyboards.fail({ ...before, clip: 'clip-of-before' }, reason);
    assert.equal((await oneShot(ledger, 'dawn')).stage, 'ready', 'it was said of another clip');
    await storyboards.fail(before, reason);
    const { stage, error } = await oneShot(ledger, 'dawn');
    assert.deepEqual([stage, error], ['failed', reason]);
    assert.deepEqual(await storyboards.counts(BOARD), { failed: 1, waiting: 1 });
    assert.equal(await storyboards.retryFailed(BOARD), 1);
    const again = await oneShot(ledger, 'dawn');
    await storyboards.fail(again, reason);
    const { clip: late } = await ledger.intend(wish('late', { session: BOARD }), {});
    assert.equal(await storyboards.claim(again, late.key), 'changed', 'nothing is sent for what failed meanwhile');
    await storyboards.retryFailed(BOARD);
    assert.deepEqual([again.stage, again.clip, again.error], ['ready', undefined, undefined]);
  });

  scenario('what stands in the way of a shot is noted until it is overcome', async (ledger) => {
    const { storyboards } = ledger;
    await storyboards.plan(board(shot('dawn')));
    const reason = { code: 'server_unreachable', message: 'Nobody answers.' };
    await storyboards.note(await oneShot(ledger, 'dawn'), reason);
    assert.deepEqual((await oneShot(ledger, 'dawn')).error, reason);
    await storyboards.note(await oneShot(ledger, 'dawn'), undefined);
    assert.equal((await oneShot(ledger, 'dawn')).error, undefined);
  });

  scenario('the same plan again changes nothing', async (ledger) => {
    const { storyboards } = ledger;
    const plan = board(shot('dawn'), shot('noon', 'noon', 'dawn'));
    await storyboards.plan(plan);
    const clip = await publishedFor(ledger, 'dawn');
    const rows = await storyboards.views(BOARD, { limit: 10 });
    assert.deepEqual(await storyboards.plan(plan), { kept: 1, wanted: ['noon'], dropped: [] });
    assert.deepEqual(await storyboards.preview(plan), { kept: 1, wanted: ['noon'], dropped: [] });
    assert.deepEqual(await storyboards.views(BOARD, { limit: 10 }), rows);
    assert.equal((await oneShot(ledger, 'dawn')).clip, clip.key);
  });

  scenario('another version keeps the clips of what did not change, whatever it is called now', async (ledger) => {
    const { storyboards } = ledger;
    await storyboards.plan(board(shot('dawn'), shot('noon', 'noon', 'dawn'), shot('night'), shot('moon')));
    const [dawn, noon, night, moon] = [
      await publishedFor(ledger, 'dawn'),
      await publishedFor(ledger, 'noon'),
      await publishedFor(ledger, 'night'),
      await intendedFor(ledger, 'moon'),
    ];
    const changes = await storyboards.plan(
      board(
        shot('evening', 'night'),
        shot('early', 'dawn'),
        shot('noon', 'noon', 'early'),
        shot('moon', 'a full moon'),
      ),
    );
    assert.deepEqual(changes, { kept: 3, wanted: ['moon'], dropped: [moon.key] });
    const rows = await storyboards.views(BOARD, { limit: 10 });
    assert.deepEqual(
      rows.map(({ id, clip, stage }) => [id, clip, stage]),
      [
        ['evening', night.key, 'done'],
        ['early', dawn.key, 'done'],
        ['noon', noon.key, 'done'],
        ['moon', undefined, 'ready'],
      ],
    );
  });

  scenario('what is made of a changed shot is made anew, too', async (ledger) => {
    const { storyboards } = ledger;
    await storyboards.plan(board(shot('dawn'), shot('noon', 'noon', 'dawn'), shot('night', 'night', 'noon')));
    for (const id of ['dawn', 'noon', 'night']) await publishedFor(ledger, id);
    const changes = await storyboards.plan(
      board(shot('dawn', 'another dawn'), shot('noon', 'noon', 'dawn'), shot('night', 'night', 'noon')),
    );
    assert.deepEqual([changes.kept, changes.wanted, changes.dropped.length], [0, ['dawn', 'noon', 'night'], 3]);
    assert.deepEqual(await storyboards.counts(BOARD), { ready: 1, waiting: 2 });
  });

  scenario('shots that ask for the same are told apart by their take, in every later version', async (ledger) => {
    const { storyboards } = ledger;
    const takes = async () => (await storyboards.views(BOARD, { limit: 10 })).map(({ id, take }) => `${id} ${take}`);
    await storyboards.plan(board(shot('a', 'boat'), shot('b', 'boat'), shot('c', 'boat')));
    assert.deepEqual(await takes(), ['a 1', 'b 2', 'c 3']);
    await storyboards.plan(board(shot('c', 'boat'), shot('a', 'boat')));
    assert.deepEqual(await takes(), ['c 3', 'a 1']);
    await storyboards.plan(board(shot('d', 'boat'), shot('c', 'boat'), shot('a', 'boat'), shot('e', 'boat')));
    assert.deepEqual(await takes(), ['d 2', 'c 3', 'a 1', 'e 4']);
    await storyboards.plan(board(shot('a', 'tram'), shot('b', 'boat')));
    assert.deepEqual(await takes(), ['a 1', 'b 1'], 'what they asked for changed places');
  });

  scenario('ten thousand shots are written down and found by an index', async (ledger, driver) => {
    const { storyboards } = ledger;
    const shots = Array.from({ length: 10_000 }, (_, index) =>
      shot(`shot-${index}`, `boat ${index}`, index % 2 === 1 ? `shot-${index - 1}` : undefined),
    );
    const { wanted } = await storyboards.plan(board(...shots));
    assert.equal(wanted.length, 10_000);
    assert.deepEqual(await storyboards.counts(BOARD), { ready: 5_000, waiting: 5_000 });
    const page = await storyboards.ready(BOARD, { after: 9_000, limit: 3 });
    assert.deepEqual(
      page.map(({ number }) => number),
      [9_001, 9_003, 9_005],
    );
    if (driver.transactionNow === undefined) return;
    for (const [query, index] of Object.entries(QUERIES)) {
      const plan = await driver.all(`EXPLAIN QUERY PLAN ${query}`);
      assert.match(JSON.stringify(plan), new RegExp(`USING (COVERING )?INDEX ${index}`), query);
    }
  });
}

/** What the scheduler asks again and again, and the index that answers it. */
const QUERIES = {
  [`SELECT * FROM shots WHERE storyboard = '${BOARD}' AND stage = 'ready' AND number > 5 ORDER BY number LIMIT 3`]:
    'shots_by_stage',
  [`SELECT * FROM shots WHERE storyboard = '${BOARD}' AND id = 'shot-7'`]: 'sqlite_autoindex_shots_1',
  [`UPDATE shots SET stage = 'ready' WHERE storyboard = '${BOARD}' AND source = 'shot-8' AND stage = 'waiting'`]:
    'shots_by_source',
  [`SELECT id FROM shots WHERE storyboard = '${BOARD}' AND clip = 'clip-1'`]: 'shots_by_clip',
  [`SELECT * FROM shots WHERE storyboard = '${BOARD}' AND number > 5 ORDER BY number LIMIT 3`]: 'shots_by_number',
};
