import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, mebibytes, milliseconds, percentile, seconds } from './figure.ts';

const RENDERS = 8;
const OPEN = ['queued', 'in_progress'];

/** Eight clips of 4 s rendered at the same time by one studio, which is asked all the while. */
export async function* benchEightRenders(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  const program = path.join(import.meta.dirname, 'studioProcess.ts');
  const studio = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, folder.path, String(RENDERS)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(studio, 'exit');
  try {
    const [output] = await once(studio.stdout, 'data');
    const videos = `${String(output).trim()}/videos`;
    const started = performance.now();
    const create = async (number: number): Promise<string> => {
      const body = JSON.stringify({ prompt: `Boat number ${number} in a storm`, seconds: '4', size: '1280x720' });
      const answer = await fetch(videos, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return String(Object(await answer.json()).id);
    };
    const ids = await Promise.all(Array.from({ length: RENDERS }, (_, number) => create(number)));
    const latencies: number[] = [];
    const open = new Set(ids);
    while (open.size > 0) {
      for (const id of [...open]) {
        const asked = performance.now();
        const { status } = Object(await (await fetch(`${videos}/${id}`)).json());
        latencies.push(performance.now() - asked);
        if (status === 'failed') throw new Error(`render ${id} failed`);
        if (!OPEN.includes(status)) open.delete(id);
      }
      await sleep(20);
    }
    yield { what: '8 renders at once: all done after', value: seconds(performance.now() - started) };
    yield {
      what: `8 renders at once: slowest of ${latencies.length} retrieves`,
      value: milliseconds(Math.max(...latencies)),
      aim: 'at most 200 ms',
    };
    yield { what: '8 renders at once: p99 of a retrieve', value: milliseconds(percentile(latencies, 99)) };
    const peak = peakMemory(studio.pid);
    if (peak !== undefined)
      yield {
        what: "8 renders at once: peak memory of the server's process",
        value: mebibytes(peak),
        aim: 'at most 300 MB',
      };
  } finally {
    studio.kill();
    await exited;
  }
}

/** Bytes; known on Linux only. */
function peakMemory(pid: number | undefined): number | undefined {
  try {
    const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
