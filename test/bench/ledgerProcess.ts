import path from 'node:path';
import { openLedger } from '../../lib/ledger/open.ts';
import { wish } from '../ledger/support.ts';

/** Carries clips through every move of the ledger, or opens one with many rows; prints what it took. */
const [task = '', place = '', count = '0'] = process.argv.slice(2);
const FILE = { path: 'boat.mp4', bytes: 3, sha256: 'ab', content_type: 'video/mp4' };
const PUBLISHED = { ...FILE, url: 'https://cdn.example/x', key: 'x', verified: 'sha256' as const };

const before = process.memoryUsage().rss;
const started = performance.now();
const file = place.startsWith('postgres:') ? place : path.join(place, 'ledger.db');
const ledger = await openLedger({ ledger: file, sendDeadlineMs: 10_000, quarantineMs: 90_000 }, false);
const opened = performance.now();

if (task === 'clips') {
  for (let index = 0; index < Number(count); index++) {
    const name = `${process.pid} ${index}`;
    const { clip } = await ledger.intend(wish(name), { usd: 1e6, seconds: 1e6, jobs: 1e6 });
    const known = await ledger.answered(ledger.markSent(await ledger.markSentAhead(clip)), name);
    const downloaded = await ledger.move(await ledger.move(known, 'done'), 'downloaded', { file: FILE });
    await ledger.move(downloaded, 'published', { published: PUBLISHED });
  }
} else {
  const open = await ledger.list({ isOpen: true, limit: 100_000 });
  if (open.length !== Number(count)) throw new Error(`${open.length} open rows`);
}
const ended = performance.now();
const intending = performance.now();
await ledger.intend(wish('one more'), { seconds: 1e9, jobs: 1e9 });
process.stdout.write(
  JSON.stringify({
    openMs: opened - started,
    workMs: ended - opened,
    intendMs: performance.now() - intending,
    growthBytes: process.memoryUsage().rss - before,
  }),
);
await ledger.close();
