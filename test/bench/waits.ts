import { build } from './built.ts';
import { type Figure, mebibytes } from './figure.ts';
import { runProgram, startServer } from './measure.ts';

const JOBS = 2_000;
const LIMIT_MS = 30_000;

/** One process waits for 2,000 running jobs at once, as the defaults have it. */
export async function* benchWaits(): AsyncGenerator<Figure> {
  await using built = await build();
  using server = await startServer('runningJobsServer.ts', []);
  const args = [server.baseUrl, String(JOBS), String(LIMIT_MS)];
  const { grownBytes, cpuMs, polls } = runProgram<{ grownBytes: number; cpuMs: number; polls: number }>(
    built.program('waitsProcess'),
    args,
  );
  const what = `${JOBS} waits at once, the first ${LIMIT_MS / 1_000} s`;
  const perMinute = 60_000 / LIMIT_MS;
  yield { what: `${what}: growth of memory`, value: mebibytes(grownBytes) };
  yield { what: `${what}: CPU`, value: `${((cpuMs / 1_000) * perMinute).toFixed(1)} s/min` };
  yield { what: `${what}: polls`, value: `${(polls * perMinute).toFixed(0)} /min` };
}
