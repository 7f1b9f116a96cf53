import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLedger, type Ledger } from '../../lib/ledger/ledger.ts';
import type { Clip } from '../../types/ledger.ts';
import type { Ledgers } from './contract.ts';
import { handClock, SERVER, wish } from './support.ts';

const FULL = { code: 'window_full' };
const PRICE = { seconds: 4, usd: 0.4, isFree: false };
const REFUSAL = { code: 'rate_limited', message: '429' };

/** What every place to keep a ledger in must do about windows, and about the small files that go with it. */
export function windowContract(name: string, start: () => Promise<Ledgers>, skip: string | false = false): void {
  const scenario = (
    title: string,
    run: (open: (isWindowed?: boolean) => Promise<Ledger>, clock: ReturnType<typeof handClock>) => Promise<void>,
  ) =>
    test(`${name}: ${title}`, { skip }, async () => {
      await using place = await start();
      const clock = handClock();
      const opened: Ledger[] = [];
      const open = async (isWindowed = true) => {
        const limits = { sendDeadlineMs: 10_000, quarantineMs: 90_000, isWindowed, now: clock.now };
        const ledger = createLedger(await place.open(), limits);
        opened.push(ledger);
        return ledger;
      };
      try {
        await run(open, clock);
      } finally {
        for (const ledger of opened) await ledger.close();
      }
    });

  const intended = async (ledger: Ledger, prompt: string) => (await ledger.intend(wish(prompt), {})).clip;
  const sent = async (ledger: Ledger, clip: Clip) => ledger.markSent(await ledger.markSentAhead(clip));
  const roomOf = async (ledger: Ledger) => (await ledger.windows.get(SERVER))?.room;

  scenario('of twenty clips at once, over three processes, a window of five lets five through', async (open) => {
    const ledgers = [await open(), await open(), await open()];
    await ledgers[0]?.windows.set(SERVER, 5);
    const tries = Array.from({ length: 20 }, (_, index) => ledgers[index % 3]?.intend(wish(`boat ${index}`), {}));
    const results = await Promise.allSettled(tries);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 5);
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    assert.deepEqual(new Set(refusals.map(({ code }) => code)), new Set(['window_full']));
    assert.equal((await (await open()).list()).length, 5, 'what has no room leaves no row');
  });

  scenario('a job that is at its end makes room, and so does one that failed', async (open) => {
    const ledger = await open();
    await ledger.windows.set(SERVER, 2);
    const boat = await ledger.answered(await sent(ledger, await intended(ledger, 'boat')), 'job-1');
    const tram = await ledger.answered(await sent(ledger, await intended(ledger, 'tram')), 'job-2');
    await assert.rejects(intended(ledger, 'kite'), FULL);
    await ledger.move(boat, 'done');
    await intended(ledger, 'kite');
    await assert.rejects(intended(ledger, 'moon'), FULL);
    await ledger.move(tram, 'failed', { error: REFUSAL });
    await intended(ledger, 'moon');
    assert.equal(await roomOf(ledger), 0);
  });

  scenario(
    'what a process that died had only intended stands in the way until its deadline, no longer',
    async (open, clock) => {
      const [ledger, other] = [await open(), await open()];
      await ledger.windows.set(SERVER, 1);
      const clip = await intended(ledger, 'boat');
      await assert.rejects(intended(other, 'tram'), FULL);
      clock.advance(10_001);
      await intended(other, 'tram');
      await assert.rejects(other.attemptAnew(clip, PRICE, {}, 'made no job'), FULL);
      clock.advance(10_001);
      await other.attemptAnew(clip, PRICE, {}, 'made no job');
    },
  );

  scenario(
    'a refusal halves the window once for all that were refused together, and clips widen it',
    async (open, clock) => {
      const [ledger, other] = [await open(), await open()];
      await ledger.windows.set(SERVER, 8);
      const clip = await ledger.refused(await sent(ledger, await intended(ledger, 'boat')), REFUSAL, true);
      await Promise.all([ledger.windows.shrink(SERVER, 500), other.windows.shrink(SERVER, 500)]);
      const { size, closedUntil, room } = (await other.windows.get(SERVER)) ?? assert.fail('There is no window.');
      assert.deepEqual([size, closedUntil, room], [4, clock.now() + 500, 0]);
      await assert.rejects(other.attemptAnew(clip, PRICE, {}, 'made no job'), FULL);
      await ledger.windows.set(SERVER, 8);
      clock.advance(500);
      assert.equal(await roomOf(ledger), 4, 'what was refused waits outside');
      await other.attemptAnew(clip, PRICE, {}, 'made no job');
      for (let made = 0; made < 60; made++) await ledger.windows.grow(SERVER);
      assert.equal((await ledger.windows.get(SERVER))?.size, 8);
      for (let refusals = 0; refusals < 5; refusals++) {
        await ledger.windows.shrink(SERVER, 100);
        clock.advance(101);
      }
      assert.equal((await ledger.windows.get(SERVER))?.size, 1);
    },
  );

  scenario('where no window was set, and for who does not heed it, nothing is held back', async (open) => {
    const [ledger, free] = [await open(), await open(false)];
    for (let index = 0; index < 3; index++) await intended(ledger, `boat ${index}`);
    assert.equal(await ledger.windows.get(SERVER), undefined);
    await ledger.windows.set(SERVER, 1);
    await intended(free, 'tram');
    await assert.rejects(intended(ledger, 'kite'), FULL);
    const elsewhere = { server: 'https://other.example/v1', hash: 'of another server' };
    assert.ok((await ledger.intend(wish('boat', elsewhere), {})).isNew);
  });

  scenario('of two files under one name the first one stands, whoever asks', async (open) => {
    const [ledger, other] = [await open(), await open()];
    const [first, second] = [Buffer.from([0, 255, 1]), Buffer.from('another')];
    assert.deepEqual(await ledger.files.keep('a.png', first), first);
    assert.deepEqual(await other.files.keep('a.png', second), first);
    assert.deepEqual(await other.files.get('a.png'), first);
    assert.equal(await other.files.get('b.png'), undefined);
    await assert.rejects(ledger.files.keep('c.png', Buffer.alloc(8 * 1024 ** 2 + 1)), {
      code: 'invalid_argument',
      message: /c\.png has 9 MiB.*8 MiB at most/,
    });
  });
}
