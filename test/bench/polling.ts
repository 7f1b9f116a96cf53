import type { Clock } from '../../lib/api/clock.ts';
import { waitForVideos } from '../../lib/api/wait.ts';
import { resolveConfig } from '../../lib/config.ts';
import { seededRandom } from '../faults/random.ts';
import { type Figure, percentile } from './figure.ts';

const JOBS = 2_000;
/** Seconds: the median and the spread (of the logarithm) of how long jobs take, and their limits. */
const LENGTH = { median: 120, spread: 0.8, shortest: 30, longest: 900 };
const ANSWER_MS = 100;
const QUEUED_MS = 5_000;
const FIXED_MS = [2_000, 5_000, 10_000];

interface Polled {
  polls: number;
  /** From the end of the job to our knowing of it. */
  delayMs: number;
}

/** Our pacing against fixed intervals, over jobs of 30 s to 15 min on a clock of their own. The same in every run. */
export async function* benchPolling(): AsyncGenerator<Figure> {
  const { pollIntervalMs } = resolveConfig({}, {});
  const lengths = jobLengths();
  const kinds = [
    { what: 'ours, jobs that report progress', poll: (ms: number) => ours(ms, pollIntervalMs, true) },
    { what: 'ours, jobs that report none', poll: (ms: number) => ours(ms, pollIntervalMs, false) },
    ...FIXED_MS.map((interval) => ({
      what: `every ${interval / 1_000} s`,
      poll: async (ms: number) => fixed(ms, interval),
    })),
  ];
  for (const { what, poll } of kinds) {
    const results = await Promise.all(lengths.map(poll));
    const polls = mean(results.map((result) => result.polls)).toFixed(1);
    const delays = results.map(({ delayMs }) => delayMs);
    const late = percentile(delays, 95);
    yield {
      what: `polling, ${what}: ${polls} polls a job, delay (p95 ${(late / 1_000).toFixed(1)} s)`,
      value: `${(mean(delays) / 1_000).toFixed(2)} s`,
    };
  }
}

function jobLengths(): number[] {
  const random = seededRandom(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: JOBS }, () => {
    const seconds = LENGTH.median * Math.exp(LENGTH.spread * normal());
    return 1_000 * Math.min(LENGTH.longest, Math.max(LENGTH.shortest, seconds));
  });
}

async function ours(lengthMs: number, pollIntervalMs: number, hasProgress: boolean): Promise<Polled> {
  let now = 0;
  let polls = 0;
  const clock: Clock = {
    now: () => now,
    async sleep(ms) {
      now += ms;
    },
    random: seededRandom(Math.round(lengthMs)),
  };
  const retrieve = async (id: string) => {
    polls++;
    now += ANSWER_MS;
    if (now >= lengthMs) return { video: { id, status: 'completed', raw: {} } } as const;
    if (now < QUEUED_MS) return { video: { id, status: 'queued', raw: {} } } as const;
    const progress = Math.floor((100 * (now - QUEUED_MS)) / (lengthMs - QUEUED_MS));
    return { video: { id, status: 'in_progress', ...(hasProgress && { progress }), raw: {} } } as const;
  };
  await waitForVideos(['v'], retrieve, { limitMs: 3_600_000, pollIntervalMs }, clock);
  return { polls, delayMs: now - lengthMs };
}

function fixed(lengthMs: number, intervalMs: number): Polled {
  let now = ANSWER_MS;
  let polls = 1;
  for (; now < lengthMs; polls++) now += intervalMs + ANSWER_MS;
  return { polls, delayMs: now - lengthMs };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
