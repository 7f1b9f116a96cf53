import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VideoToolsetError } from '../../lib/errors.ts';
import type { LedgerDriver } from '../../lib/ledger/driver.ts';
import { createLedger, type Ledger } from '../../lib/ledger/ledger.ts';
import type { Clip } from '../../types/ledger.ts';
import { handClock, SERVER, wish } from './support.ts';

export type Ledgers = { open(): Promise<LedgerDriver> } & AsyncDisposable;

const PRICE = { seconds: 4, usd: 0.4, isFree: false };
const UNLIMITED = {};
const FILE = { path: 'boat.mp4', bytes: 3, sha256: 'ab', content_type: 'video/mp4' };
const PUBLISHED = { ...FILE, url: 'https://cdn/x', key: 'x', verified: 'sha256' as const };

const refused = (code: string) => (error: unknown) => {
  assert.ok(error instanceof VideoToolsetError, String(error));
  assert.equal(error.code, code, error.message);
  return true;
};

/** What every place to keep a ledger in must do. @param start makes a new, empty place that can be opened several times */
export function ledgerContract(name: string, start: () => Promise<Ledgers>, skip: string | false = false): void {
  const scenario = (
    title: string,
    run: (open: () => Promise<Ledger>, clock: ReturnType<typeof handClock>) => Promise<void>,
  ) =>
    test(`${name}: ${title}`, { skip }, async () => {
      await using place = await start();
      const clock = handClock();
      const opened: Ledger[] = [];
      const open = async () => {
        const ledger = createLedger(await place.open(), {
          sendDeadlineMs: 10_000,
          quarantineMs: 90_000,
          now: clock.now,
        });
        opened.push(ledger);
        return ledger;
      };
      try {
        await run(open, clock);
      } finally {
        for (const ledger of opened) await ledger.close();
      }
    });

  const sendOf = async (ledger: Ledger, clip: Clip) => ledger.markSent(await ledger.markSentAhead(clip));

  scenario('a clip goes its whole way, and every step is read back by another process', async (open) => {
    const [ledger, other] = [await open(), await open()];
    const { clip, isNew } = await ledger.intend(wish('boat'), UNLIMITED);
    assert.ok(isNew);
    assert.equal(clip.state, 'intended');
    const sent = await sendOf(ledger, clip);
    assert.equal((await other.get(clip.key))?.state, 'sent');
    const known = await ledger.answered(sent, 'job-1');
    assert.equal(known.jobId, 'job-1');
    assert.equal((await other.byJob(SERVER, 'job-1'))?.key, clip.key);
    assert.equal((await other.byStudioJob('job-1'))?.key, clip.key);
    const done = await ledger.move(known, 'done');
    const downloaded = await ledger.move(done, 'downloaded', { file: FILE });
    assert.ok(downloaded.isOpen);
    const published = await ledger.move(downloaded, 'published', { published: PUBLISHED });
    assert.deepEqual(await other.get(clip.key), published);
    assert.deepEqual(published.file, FILE);
    assert.equal(published.isOpen, false);
    assert.deepEqual(
      (await other.attempts(clip.key)).map(({ outcome, jobId, isCounted }) => ({ outcome, jobId, isCounted })),
      [{ outcome: 'answered', jobId: 'job-1', isCounted: true }],
    );
  });

  scenario('an open clip is found from every session, a finished one only from its own', async (open) => {
    const ledger = await open();
    const { clip } = await ledger.intend(wish('boat'), UNLIMITED);
    const again = await ledger.intend(wish('boat', { session: 'session-2' }), UNLIMITED);
    assert.deepEqual([again.isNew, again.clip.key], [false, clip.key]);
    const known = await ledger.answered(await sendOf(ledger, clip), 'job-1');
    const downloaded = await ledger.move(await ledger.move(known, 'done'), 'downloaded', { file: FILE });
    await ledger.move(downloaded, 'published', { published: PUBLISHED });
    assert.equal((await ledger.intend(wish('boat'), UNLIMITED)).clip.key, clip.key);
    const fresh = await ledger.intend(wish('boat', { session: 'session-2' }), UNLIMITED);
    assert.ok(fresh.isNew);
    assert.notEqual(fresh.clip.key, clip.key);
  });

  scenario('a failed clip stands in no way of another try', async (open) => {
    const ledger = await open();
    const { clip } = await ledger.intend(wish('boat'), UNLIMITED);
    await ledger.refused(clip, { code: 'bad_request', message: 'no such size' }, false);
    const again = await ledger.intend(wish('boat'), UNLIMITED);
    assert.ok(again.isNew);
    assert.equal((await ledger.get(clip.key))?.error?.message, 'no such size');
  });

  scenario(
    'a clip that is wanted as a job only is open until its end, and until it is published once that is wanted',
    async (open) => {
      const ledger = await open();
      const { clip } = await ledger.intend(wish('boat', { goal: 'job' }), UNLIMITED);
      const sent = await sendOf(ledger, clip);
      // Widening it is no move: whoever awaits the answer goes on.
      assert.equal((await ledger.intend(wish('boat', { session: 'x' }), UNLIMITED)).clip.goal, 'published');
      const done = await ledger.move(await ledger.answered(sent, 'job-1'), 'done');
      assert.ok(done.isOpen);
    },
  );

  scenario('a clip that is wanted published, too, stays open for whoever read it before', async (open) => {
    const [ledger, other] = [await open(), await open()];
    const { clip } = await ledger.intend(wish('boat', { goal: 'job' }), UNLIMITED);
    const known = await ledger.answered(await sendOf(ledger, clip), 'job-1');
    await other.want(known, 'published');
    const done = await ledger.move(known, 'done');
    assert.deepEqual([done.goal, done.isOpen], ['published', true]);
    assert.deepEqual(
      (await other.list({ isOpen: true })).map(({ key }) => key),
      [clip.key],
    );
  });

  scenario(
    'a clip that failed before it was wanted published stays closed, so that it can be wished for again',
    async (open) => {
      const [ledger, other] = [await open(), await open()];
      const { clip } = await ledger.intend(wish('boat', { goal: 'job' }), UNLIMITED);
      const known = await ledger.answered(await sendOf(ledger, clip), 'job-1');
      await other.move(known, 'failed', { error: { code: 'job_failed', message: 'no memory' } });
      assert.equal((await ledger.want(known, 'published')).isOpen, false);
      assert.ok((await ledger.intend(wish('boat'), UNLIMITED)).isNew);
    },
  );

  scenario('a clip that recovered tells of no trouble', async (open) => {
    const ledger = await open();
    const { clip } = await ledger.intend(wish('boat'), UNLIMITED);
    const back = await ledger.refused(await sendOf(ledger, clip), { code: 'rate_limited', message: '429' }, true);
    assert.equal(back.error?.code, 'rate_limited');
    const anew = await ledger.attemptAnew(back, PRICE, UNLIMITED, 'made no job');
    const known = await ledger.answered(await sendOf(ledger, anew), 'job-1');
    assert.equal(known.error, undefined);
    const gone = await ledger.move(known, 'gone', { error: { code: 'not_found', message: '404' } });
    assert.equal(gone.error?.code, 'not_found');
    assert.equal((await ledger.move(gone, 'known')).error, undefined);
  });

  scenario('of many that want the same clip at once, one is told to send it', async (open) => {
    const ledgers = [await open(), await open(), await open()];
    const wishes = Array.from({ length: 12 }, (_, index) => ledgers[index % 3]?.intend(wish('boat'), UNLIMITED));
    const results = await Promise.all(wishes);
    assert.equal(results.filter((result) => result?.isNew).length, 1);
    assert.equal(new Set(results.map((result) => result?.clip.key)).size, 1);
  });

  scenario('who holds an old version moves nothing and sends nothing', async (open) => {
    const [ledger, other] = [await open(), await open()];
    const { clip } = await ledger.intend(wish('boat'), UNLIMITED);
    await other.attemptAnew(clip, PRICE, UNLIMITED, 'made no job');
    await assert.rejects(async () => sendOf(ledger, clip), refused('superseded'));
    await assert.rejects(ledger.move(clip, 'failed'), refused('superseded'));
    await assert.rejects(ledger.attemptAnew(clip, PRICE, UNLIMITED, 'made no job'), refused('superseded'));
    assert.equal((await ledger.spending(false)).jobs, 1);
    assert.equal((await ledger.get(clip.key))?.state, 'intended');
  });

  scenario('after its deadline nothing is sent', async (open, clock) => {
    const ledger = await open();
    const { clip } = await ledger.intend(wish('boat'), UNLIMITED);
    const ahead = await ledger.markSentAhead(clip);
    clock.advance(10_001);
    assert.throws(() => ledger.markSent(ahead), refused('superseded'));
  });

  scenario('an illegal move is refused', async (open) => {
    const ledger = await open();
    const { clip } = await ledger.intend(wish('boat'), UNLIMITED);
    await assert.rejects(ledger.move(clip, 'published'), refused('internal'));
    assert.deepEqual(await ledger.get(clip.key), clip);
  });

  scenario('an answer to an attempt that others took over is kept as an orphan and stays paid for', async (open) => {
    const [ledger, other] = [await open(), await open()];
    const { clip } = await ledger.intend(wish('boat'), UNLIMITED);
    const sent = await sendOf(ledger, clip);
    const anew = await other.attemptAnew(sent, PRICE, UNLIMITED, 'may have made a job');
    const known = await other.answered(await sendOf(other, anew), 'job-2');
    assert.deepEqual(await ledger.answered(sent, 'job-1'), known);
    assert.deepEqual(
      (await ledger.orphans()).map(({ jobId, isCounted }) => ({ jobId, isCounted })),
      [{ jobId: 'job-1', isCounted: true }],
    );
    assert.equal((await ledger.spending(false)).jobs, 2);
  });

  scenario('an orphan is paid for even where it was thought that its attempt made no job', async (open) => {
    const [ledger, other] = [await open(), await open()];
    const sent = await sendOf(ledger, (await ledger.intend(wish('boat'), UNLIMITED)).clip);
    await other.attemptAnew(sent, PRICE, UNLIMITED, 'made no job');
    assert.equal((await ledger.spending(false)).jobs, 1);
    await ledger.answered(sent, 'job-1');
    assert.equal((await ledger.spending(false)).jobs, 2);
  });

  scenario('a late answer that names the adopted job, or settles what nobody knew, is no orphan', async (open) => {
    const [ledger, other] = [await open(), await open()];
    const first = await sendOf(ledger, (await ledger.intend(wish('boat'), UNLIMITED)).clip);
    await other.adopt(first, 'job-1');
    assert.equal((await ledger.answered(first, 'job-1')).jobId, 'job-1');
    const second = await sendOf(ledger, (await ledger.intend(wish('tram'), UNLIMITED)).clip);
    await other.move(second, 'unknown');
    assert.equal((await ledger.answered(second, 'job-2')).state, 'known');
    assert.deepEqual(await ledger.orphans(), []);
  });

  scenario('a job is claimed by one clip only', async (open) => {
    const ledger = await open();
    const boat = await sendOf(ledger, (await ledger.intend(wish('boat'), UNLIMITED)).clip);
    const tram = await sendOf(ledger, (await ledger.intend(wish('tram'), UNLIMITED)).clip);
    await ledger.adopt(boat, 'job-1');
    await assert.rejects(ledger.adopt(tram, 'job-1'), refused('superseded'));
    assert.equal((await ledger.get(tram.key))?.state, 'sent');
  });

  scenario('a refused attempt costs nothing, and another may follow under the same key', async (open) => {
    const ledger = await open();
    const { clip } = await ledger.intend(wish('boat'), UNLIMITED);
    const back = await ledger.refused(await sendOf(ledger, clip), { code: 'rate_limited', message: '429' }, true);
    assert.equal((await ledger.spending(false)).jobs, 0);
    const anew = await ledger.attemptAnew(back, PRICE, UNLIMITED, 'made no job');
    assert.deepEqual([anew.key, anew.attempt, anew.state], [clip.key, 2, 'intended']);
    assert.deepEqual(await ledger.spending(false).then(({ jobs, seconds }) => ({ jobs, seconds })), {
      jobs: 1,
      seconds: 4,
    });
  });

  scenario('of twenty clips at once, over two processes, a cap for five lets five through', async (open) => {
    const ledgers = [await open(), await open()];
    for (const budget of [{ jobs: 5 }, { seconds: 20 }, { usd: 2 }]) {
      const label = Object.keys(budget).join();
      const server = `https://${label}.example`;
      const tries = Array.from({ length: 20 }, (_, index) =>
        ledgers[index % 2]?.intend(wish(`${label} ${index}`, { server }), budget),
      );
      const results = await Promise.allSettled(tries);
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 5, label);
      for (const result of results) if (result.status === 'rejected') refused('over_budget')(result.reason);
      for (const clip of await (await open()).list()) await ledgers[0]?.release(clip);
    }
  });

  scenario(
    'what was spent is free again after 24 hours, and clips that cost nothing are counted apart',
    async (open, clock) => {
      const ledger = await open();
      const budget = { seconds: 4 };
      await ledger.intend(wish('preview', { server: 'studio', price: { seconds: 60, usd: 0, isFree: true } }), {});
      await ledger.intend(wish('boat'), budget);
      await assert.rejects(ledger.intend(wish('tram'), budget), (error) => {
        refused('over_budget')(error);
        assert.match(
          String(error),
          /needs 4 seconds, and of 4 seconds within 24 hours 0 seconds are left.*2026-11-22T00:00/,
        );
        return true;
      });
      assert.equal((await ledger.list()).length, 2, 'what is over budget leaves no row');
      clock.advance(24 * 60 * 60 * 1_000);
      assert.ok((await ledger.intend(wish('tram'), budget)).isNew);
    },
  );

  scenario('a clip whose length is not known is refused under a cap in seconds', async (open) => {
    const ledger = await open();
    const request = wish('boat', { price: { isFree: false } });
    await assert.rejects(ledger.intend(request, { seconds: 100 }), refused('seconds_required'));
    await assert.rejects(ledger.intend(request, { usd: 1, seconds: 100 }), refused('seconds_required'));
    assert.ok((await ledger.intend(request, { jobs: 1 })).isNew);
  });

  scenario('clips are listed newest first, by workspace and by what is open', async (open, clock) => {
    const ledger = await open();
    await ledger.intend(wish('boat'), UNLIMITED);
    clock.advance(1);
    const { clip } = await ledger.intend(wish('tram', { workspace: '/elsewhere' }), UNLIMITED);
    await ledger.refused(clip, { code: 'bad_request', message: 'no' }, false);
    const prompts = async (filter: Parameters<Ledger['list']>[0]) =>
      (await ledger.list(filter)).map(({ request }) => request.parameters.prompt);
    assert.deepEqual(await prompts({}), ['tram', 'boat']);
    assert.deepEqual(await prompts({ isOpen: true }), ['boat']);
    assert.deepEqual(await prompts({ workspace: '/elsewhere' }), ['tram']);
    assert.deepEqual(await prompts({ limit: 1 }), ['tram']);
  });

  scenario('several may open an empty ledger at once', async (open) => {
    const ledgers = await Promise.all([open(), open(), open()]);
    await Promise.all(ledgers.map((ledger, index) => ledger.intend(wish(`clip ${index}`), UNLIMITED)));
    assert.equal((await ledgers[0]?.list())?.length, 3);
  });
}
