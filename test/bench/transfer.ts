import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, mebibytes, median, seconds } from './figure.ts';

const BYTES = 1024 ** 3;
const ROUNDS = 3;

/** 1 GiB from loopback, whole: transfer, sync and sha256, by us, by curl and coreutils, and by the official client as documented. */
export async function* benchDownload(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  const clip = path.join(folder.path, 'clip.mp4');
  await writeClip(clip);
  const server = spawn(process.execPath, [path.join(import.meta.dirname, 'fileServer.ts'), clip], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [output] = await once(server.stdout, 'data');
    const baseUrl = String(output).trim();
    const target = path.join(folder.path, 'curl.mp4');
    const timesOf = (command: string, args: string[]): number[] =>
      Array.from({ length: ROUNDS }, () => {
        const started = performance.now();
        execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
        return performance.now() - started;
      });
    const curl = `curl -s -o ${target} ${baseUrl}/videos/v/content`;
    const transfer = median(timesOf('sh', ['-c', curl]));
    yield { what: 'download 1 GiB: curl -o', value: seconds(transfer) };
    const whole = median(timesOf('sh', ['-c', `${curl} && sync ${target} && sha256sum ${target}`]));
    yield { what: 'download 1 GiB: curl -o, sync, sha256sum', value: seconds(whole) };
    for (const client of ['ours', 'openai'] as const) {
      const runs: Measured[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const program = path.join(import.meta.dirname, 'downloadProcess.ts');
        const args = [
          '--disable-warning=ExperimentalWarning',
          program,
          client,
          baseUrl,
          path.join(folder.path, `${client}-${round}`),
        ];
        runs.push(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e6 })));
      }
      const ms = median(runs.map((run) => run.ms));
      const peak = Math.max(...runs.map((run) => run.peakBytes));
      const name = client === 'ours' ? 'ours, sync and sha256 included' : 'the openai package as documented';
      yield { what: `download 1 GiB: ${name} (peak ${mebibytes(peak)})`, value: seconds(ms) };
      if (client !== 'ours') continue;
      yield {
        what: 'download 1 GiB: speed of ours to curl, sync, sha256sum',
        value: (whole / ms).toFixed(2),
        aim: 'at least 1.0',
      };
    }
  } finally {
    server.kill();
  }
}

interface Measured {
  ms: number;
  peakBytes: number;
}

/** Boxes that a reader believes, around zeros. */
async function writeClip(file: string): Promise<void> {
  const box = (name: string, bytes: number) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(bytes);
    head.write(name, 4, 'latin1');
    return head;
  };
  const ftyp = Buffer.concat([box('ftyp', 16), Buffer.from('isom\0\0\u0002\0', 'latin1')]);
  const head = Buffer.concat([ftyp, box('moov', 8), box('mdat', BYTES - 24)]);
  const handle = await open(file, 'w');
  await handle.write(head);
  const chunk = Buffer.alloc(1024 * 1024, 'frames');
  for (let written = head.length; written < BYTES; )
    written += (await handle.write(chunk.subarray(0, Math.min(chunk.length, BYTES - written)))).bytesWritten;
  await handle.close();
}
