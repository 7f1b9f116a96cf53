import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createLedger } from '../../lib/ledger/ledger.ts';
import { openSqliteLedger } from '../../lib/ledger/sqlite.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { ledgerContract } from './contract.ts';
import { storyboardContract } from './storyboardContract.ts';
import { handClock, wish } from './support.ts';
import { windowContract } from './windowContract.ts';

const run = promisify(execFile);
const TIMES = { sendDeadlineMs: 10_000, quarantineMs: 90_000 };

for (const contract of [ledgerContract, storyboardContract, windowContract]) {
  contract('SQLite', async () => {
    const folder = await temporaryFolder();
    return {
      open: () => openSqliteLedger(path.join(folder.path, 'state', 'ledger.db')),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  });
}

test('a clip that was not sent by its deadline is still only intended, so that another process may send it', async () => {
  await using folder = await temporaryFolder();
  const clock = handClock();
  const ledger = createLedger(await openSqliteLedger(path.join(folder.path, 'ledger.db')), {
    ...TIMES,
    now: clock.now,
  });
  const { clip } = await ledger.intend(wish('boat'), {});
  clock.advance(TIMES.sendDeadlineMs + 1);
  assert.throws(() => ledger.markSent(clip), { code: 'superseded' });
  assert.equal((await ledger.get(clip.key))?.state, 'intended');
  await ledger.close();
});

test('processes that run at once share one budget, and one of them sends what all want', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'ledger.db');
  const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const script = `
    import { createLedger } from ${module('../../lib/ledger/ledger.ts')};
    import { openSqliteLedger } from ${module('../../lib/ledger/sqlite.ts')};
    import { wish } from ${module('./support.ts')};
    const [name] = process.argv.slice(1);
    const ledger = createLedger(await openSqliteLedger(${JSON.stringify(file)}), ${JSON.stringify(TIMES)});
    const first = await ledger.intend(wish('the same'), { jobs: 6 });
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => ledger.intend(wish(name + index), { jobs: 6 })));
    const codes = results.map((result) => result.reason?.code ?? 'reserved');
    console.log(JSON.stringify({ isFirst: first.isNew, codes }));
    await ledger.close();`;
  const start = async (name: string) => {
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script, name];
    const result: { isFirst: boolean; codes: string[] } = JSON.parse((await run(process.execPath, args)).stdout);
    return result;
  };
  const results = await Promise.all([start('a'), start('b'), start('c')]);
  assert.equal(results.filter(({ isFirst }) => isFirst).length, 1);
  const codes = Map.groupBy(
    results.flatMap((result) => result.codes),
    (code) => code,
  );
  assert.deepEqual([codes.get('reserved')?.length, codes.get('over_budget')?.length], [5, 25]);
});
