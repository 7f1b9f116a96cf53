import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { openLedger } from '../../lib/ledger/open.ts';
import { clipFacts } from '../../lib/production/clipFacts.ts';
import type { Price } from '../../types/ledger.ts';
import { wish } from '../ledger/support.ts';
import { temporaryFolder } from '../support/temporary.ts';

const FILE = { path: 'boat.mp4', bytes: 3, sha256: 'ab', content_type: 'video/mp4' };
const PUBLISHED = { ...FILE, url: 'https://cdn/boat.mp4', key: 'boat.mp4', verified: 'sha256' as const };

async function openTestLedger() {
  const folder = await temporaryFolder();
  const limits = { sendDeadlineMs: 10_000, quarantineMs: 60_000 };
  const ledger = await openLedger({ ledger: path.join(folder.path, 'ledger.db'), ...limits }, false);
  return {
    ledger,
    /** A clip that has become a job. */
    async made(price: Price) {
      const { clip } = await ledger.intend(wish('a boat', { price }), {});
      return ledger.answered(ledger.markSent(clip), 'job-1');
    },
    async [Symbol.asyncDispose]() {
      await ledger.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('what a clip cost is the sum of every attempt that counts, and where it is published stands beside it', async () => {
  await using opened = await openTestLedger();
  const { ledger } = opened;
  const price = { seconds: 4, usd: 0.4, isFree: false };
  const lost = await opened.made(price);
  assert.deepEqual(await clipFacts(ledger, 'job-1'), { usd: 0.4, isFree: false, published: [] });
  const anew = await ledger.attemptAnew(await ledger.move(lost, 'gone'), price, {}, 'made a job');
  const known = await ledger.answered(ledger.markSent(anew), 'job-2');
  const downloaded = await ledger.move(await ledger.move(known, 'done'), 'downloaded', { file: FILE });
  await ledger.move(downloaded, 'published', { published: PUBLISHED });
  assert.deepEqual(await clipFacts(ledger, 'job-2'), { usd: 0.8, isFree: false, published: [{ url: PUBLISHED.url }] });
});

test('nothing is paid for what is free, and an unknown price stays unknown', async () => {
  await using free = await openTestLedger();
  await free.made({ seconds: 4, isFree: true });
  assert.partialDeepStrictEqual(await clipFacts(free.ledger, 'job-1'), { isFree: true });
  await using unpriced = await openTestLedger();
  await unpriced.made({ seconds: 4, isFree: false });
  assert.deepEqual(await clipFacts(unpriced.ledger, 'job-1'), { isFree: false, published: [] });
  assert.equal(await clipFacts(unpriced.ledger, 'job-9'), undefined);
});
