import { setTimeout as sleep } from 'node:timers/promises';
import { openPaid, RELIABLE_LIST, RESUME, stopAt, wish } from '../paid/support.ts';
import { type Figure, median, seconds } from './figure.ts';

const ROUNDS = 5;

/** How long a killed program's clip takes to its address, from the start of the one that goes on. */
export async function* benchResume(): AsyncGenerator<Figure> {
  for (const [what, point, pause] of [
    ['before it was sent', 'after the intent', 'VIDEO_SEND_DEADLINE_MS'],
    ['with its answer', 'after the answer', 'VIDEO_QUARANTINE_MS'],
  ] as const) {
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await using paid = await openPaid({ profile: RELIABLE_LIST });
      const killed = await paid.cli.start(wish('A boat'), { env: stopAt(point) }).ended;
      if (killed.code !== null) throw new Error(`It was not killed ${point}: ${killed.stderr}`);
      // What has to be waited out is over: the work is measured.
      await sleep(Number(paid.cli.environment[pause]));
      const started = performance.now();
      const { code, stderr } = await paid.cli.run(RESUME);
      if (code !== 0) throw new Error(stderr);
      took.push(performance.now() - started);
    }
    yield { what: `killed ${what}: from the start of the next program to the address`, value: seconds(median(took)) };
  }
}
