import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bytesIn } from '../../lib/studio/retention.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, mebibytes } from './figure.ts';
import { startServer } from './measure.ts';

/** The heap of a program that has just been started grows to its usual size first. */
const JOBS_BEFORE = 5_000;
const JOBS = 5_000;
const AT_ONCE = 8;
const LOOK_EVERY = 250;
const QUOTA_BYTES = 1024 ** 2;

/** Jobs made, rendered in no time and expired in a row: neither memory nor disk may grow with their number. */
export async function* benchExpiry(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  using studio = await startServer('expiryProcess.ts', [folder.path, String(QUOTA_BYTES)]);
  const jobs = path.join(folder.path, 'studio', 'jobs');
  let mostBytes = 0;
  const make = async (count: number): Promise<number> => {
    let made = 0;
    const work = async () => {
      while (made++ < count) {
        await complete(`${studio.baseUrl}/videos`);
        if (made % LOOK_EVERY === 0) mostBytes = Math.max(mostBytes, await bytesIn(jobs));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return memoryOf(studio.pid);
  };
  const before = await make(JOBS_BEFORE);
  const after = await make(JOBS);
  const what = `${JOBS} jobs made and expired in a row`;
  yield { what: `${what}: most on the disk`, value: mebibytes(mostBytes), aim: 'the quota of 1 MiB, and what runs' };
  yield { what: `${what}: memory, ${mebibytes(before)} before`, value: mebibytes(after), aim: 'no growth' };
}

async function complete(videos: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const made = await fetch(videos, { method: 'POST', headers, body: '{"prompt":"a boat"}' });
  const { id } = Object(await made.json());
  while (true) {
    const { status } = Object(await (await fetch(`${videos}/${id}`)).json());
    if (status === 'completed') return;
    if (status === 'failed') throw new Error(`${id} failed`);
  }
}

function memoryOf(pid: number | undefined): number {
  const [, kibibytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1_024;
}
