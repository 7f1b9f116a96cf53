import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, mebibytes, milliseconds, seconds } from './figure.ts';
import { runProgram, startServer } from './measure.ts';

const PROGRAM = path.join(import.meta.dirname, 'storyboardProcess.ts');
const MANY = 10_000;
const MADE = 2_000;
const AT_ONCE = 100;

interface Planned {
  loadMs: number;
  planMs: number;
  heldBytes: number;
  againMs: number;
  readyMs: number;
  countsMs: number;
  storeBytes: number;
  explained: string;
}

/** Thousands of shots from a table: noted down, found again, and carried by one process. */
export async function* benchStoryboard(): AsyncGenerator<Figure> {
  const planned = await inFolder(MANY, (folder) =>
    runProgram<Planned>(PROGRAM, ['plan', folder, 'http://127.0.0.1:9']),
  );
  const many = `storyboard of ${MANY} shots`;
  yield { what: `${many}: read from a CSV, and checked`, value: milliseconds(planned.loadMs) };
  yield { what: `${many}: memory of the plan`, value: mebibytes(planned.heldBytes) };
  yield { what: `${many}: written down`, value: milliseconds(planned.planMs) };
  yield { what: `${many}: the same again`, value: milliseconds(planned.againMs) };
  yield { what: `${many}: size of the ledger`, value: mebibytes(planned.storeBytes) };
  yield { what: `${many}: the next 64 that are ready`, value: milliseconds(planned.readyMs) };
  yield { what: `${many}: counted by state`, value: milliseconds(planned.countsMs) };
  yield { what: planned.explained.slice(0, 64), value: '' };

  using quick = await startServer('batchServer.ts', ['500']);
  const args = (folder: string, server: { baseUrl: string }, task: string) => [
    task,
    folder,
    server.baseUrl,
    String(AT_ONCE),
  ];
  const made = await inFolder(MADE, (folder) =>
    runProgram<{ makeMs: number; grownBytes: number }>(PROGRAM, args(folder, quick, 'make')),
  );
  yield { what: `${MADE} shots, ${AT_ONCE} at once: made and published`, value: seconds(made.makeMs) };
  yield {
    what: `${MADE} shots: growth of the heap from the 500th to the last`,
    value: mebibytes(made.grownBytes),
    aim: 'flat',
  };

  using slow = await startServer('batchServer.ts', ['600000']);
  const held = await inFolder(AT_ONCE, (folder) =>
    runProgram<{ cpuShare: number }>(PROGRAM, args(folder, slow, 'hold')),
  );
  const share = `${(100 * held.cpuShare).toFixed(2)} %`;
  yield { what: `${AT_ONCE} running shots: share of a core`, value: share, aim: '< 2 %' };
}

async function inFolder<T>(shots: number, measure: (folder: string) => T): Promise<T> {
  await using folder = await temporaryFolder();
  const rows = Array.from({ length: shots }, (_, index) => `A boat with ${index} sails,the sea at dusk`);
  await writeFile(path.join(folder.path, 'shots.csv'), ['subject,place', ...rows].join('\n'));
  const template =
    'defaults: { seconds: 4, size: 1280x720, template: "{subject} on {place}, one slow camera move, soft light" }';
  await writeFile(path.join(folder.path, 'film.yaml'), `title: Postcards\n${template}\ntable: shots.csv\n`);
  return measure(folder.path);
}
