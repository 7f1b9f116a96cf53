import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, mebibytes, median, milliseconds } from './figure.ts';

const STREAMS = 200;
const CHANGES = 10;
const IDLE_MS = 5_000;

/** How soon everybody who listens hears of a change, and what listening costs the studio. */
export async function* benchStreams(baseUrl: string, pid: number): AsyncGenerator<Figure> {
  const abort = new AbortController();
  const before = memoryOf(pid);
  const heard = new Map<string, number>();
  const listen = async () => {
    const { body } = await fetch(new URL('/studio/events', baseUrl), { signal: abort.signal });
    const read = async () => {
      for await (const chunk of body ?? []) {
        for (const [, id = ''] of Buffer.from(chunk)
          .toString()
          .matchAll(/"removed":\["(\w+)"\]/g))
          heard.set(id, (heard.get(id) ?? 0) + 1);
      }
    };
    read().catch(() => undefined);
  };
  await Promise.all(Array.from({ length: STREAMS }, listen));
  const delays: number[] = [];
  for (let number = 1; number <= CHANGES; number++) {
    const id = `video_${number.toString(16).padStart(24, '0')}`;
    await fetch(`${baseUrl}/videos/${id}`, { method: 'DELETE' });
    const started = performance.now();
    while (heard.get(id) !== STREAMS) await sleep(5);
    delays.push(performance.now() - started);
  }
  yield {
    what: `page: until ${STREAMS} listeners have heard of a change, median`,
    value: milliseconds(median(delays)),
  };
  const cpu = cpuMsOf(pid);
  await sleep(IDLE_MS);
  const share = (cpuMsOf(pid) - cpu) / IDLE_MS;
  yield {
    what: `page: CPU of the studio while ${STREAMS} listen and nothing happens`,
    value: `${(share * 100).toFixed(1)} %`,
  };
  yield { what: `page: memory that ${STREAMS} listeners take`, value: mebibytes(Math.max(0, memoryOf(pid) - before)) };
  abort.abort();
}

function memoryOf(pid: number): number {
  const [, kibibytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1_024;
}

/** User and system time, which Linux counts in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const [user, system] = fields.slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}
