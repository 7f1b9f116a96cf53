import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openLedger } from '../../lib/ledger/open.ts';
import { wish } from '../ledger/support.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, mebibytes, median, milliseconds } from './figure.ts';
import { runProgram } from './measure.ts';

const PROGRAM = path.join(import.meta.dirname, 'ledgerProcess.ts');
const CLIPS = 200;
const ROWS = 10_000;

interface Taken {
  openMs: number;
  workMs: number;
  intendMs: number;
  growthBytes: number;
}

/** What the promise costs: writes for each clip, and a ledger that is full of open work. */
export async function* benchLedger(): AsyncGenerator<Figure> {
  const perClip: number[] = [];
  for (let round = 0; round < 3; round++) {
    await using folder = await temporaryFolder();
    perClip.push(runProgram<Taken>(PROGRAM, ['clips', folder.path, String(CLIPS)]).workMs / CLIPS);
  }
  yield { what: 'ledger, one clip from its intent to its address', value: milliseconds(median(perClip)) };
  await using counted = await temporaryFolder();
  yield { what: 'ledger, syncs of the disk for one clip', value: syncsPerClip(counted.path) };

  await using folder = await temporaryFolder();
  await fill(folder.path);
  const taken = runProgram<Taken>(PROGRAM, ['open', folder.path, String(ROWS)]);
  yield { what: `ledger with ${ROWS} open rows: opened`, value: milliseconds(taken.openMs) };
  yield { what: `ledger with ${ROWS} open rows: all listed`, value: milliseconds(taken.workMs) };
  yield { what: `ledger with ${ROWS} open rows: memory with all of them`, value: mebibytes(taken.growthBytes) };
  yield { what: `ledger with ${ROWS} open rows: one more intended`, value: milliseconds(taken.intendMs) };
}

/** Counted by strace, where it is installed; opening and closing the file belong to it. */
function syncsPerClip(folder: string): string {
  const { status, stderr } = spawnSync(
    'strace',
    ['-f', '-c', '-e', 'trace=fsync,fdatasync', process.execPath, PROGRAM, 'clips', folder, String(CLIPS)],
    { encoding: 'utf8' },
  );
  if (status !== 0) return 'no strace';
  const counts = [...stderr.matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?f(?:data)?sync$/gm)];
  return (counts.reduce((sum, [, count]) => sum + Number(count), 0) / CLIPS).toFixed(1);
}

async function fill(folder: string): Promise<void> {
  const file = path.join(folder, 'ledger.db');
  const ledger = await openLedger({ ledger: file, sendDeadlineMs: 10_000, quarantineMs: 90_000 }, false);
  const { clip } = await ledger.intend(wish('boat'), {});
  await ledger.close();
  const database = new DatabaseSync(file);
  const columns = (table: string) =>
    database
      .prepare(`PRAGMA table_info(${table})`)
      .all()
      .map(({ name }) => String(name));
  const copy = (table: string, changed: Record<string, string>, where: string) =>
    database.exec(
      `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
       INSERT INTO ${table} SELECT ${columns(table)
         .map((name) => changed[name] ?? name)
         .join(', ')} FROM ${table}, n WHERE ${where}`,
    );
  copy('clips', { key: "key || '-' || i", hash: 'hash || i' }, `key = '${clip.key}'`);
  copy('attempts', { clip: "clip || '-' || i" }, `clip = '${clip.key}'`);
  database.close();
}
