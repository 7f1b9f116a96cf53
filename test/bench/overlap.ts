import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer as createTcpServer } from 'node:net';
import path from 'node:path';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { SSHD_MISSING, startSshd } from '../support/sshd.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { writeClip } from './clip.ts';
import { type Figure, seconds } from './figure.ts';
import { startServer } from './measure.ts';

const BYTES = 128 * 1024 ** 2;
const BYTES_A_SECOND = 16 * 1024 ** 2;
const LATE_MS = 100;
const BIN = path.join(import.meta.dirname, '..', '..', 'lib', 'cli', 'bin.ts');

/** From its prompt to its address, where download and upload have the same slow line: one after the other takes twice as long. */
export async function* benchOverlap(): AsyncGenerator<Figure> {
  if (SSHD_MISSING) {
    yield { what: 'produce to published', value: SSHD_MISSING };
    return;
  }
  await using folder = await temporaryFolder();
  const clip = path.join(folder.path, 'clip.mp4');
  await writeClip(clip, BYTES);
  using server = await startServer('fileServer.ts', [clip]);
  await using sshd = await startSshd();
  await using down = await slowLine(Number(new URL(server.baseUrl).port));
  await using up = await slowLine(sshd.port);
  const started = performance.now();
  const child = spawn(process.execPath, [BIN, 'produce', 'A boat', '--seconds', '4', '--quiet'], {
    cwd: folder.path,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: sshd.home,
      VIDEO_BASE_URL: `http://127.0.0.1:${down.port}/v1`,
      CDN_URL: `sftp://${sshd.user}@127.0.0.1:${up.port}${sshd.root}`,
      CDN_HOST_KEY: hostKeyOf(sshd.hostKey()),
    },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`produce ended with ${code}`);
  const took = performance.now() - started;
  const slower = (1_000 * BYTES) / BYTES_A_SECOND;
  yield { what: 'produce to published, 128 MiB, both ways at 16 MiB/s', value: seconds(took) };
  yield { what: 'the same, to the slower of both ways', value: (took / slower).toFixed(2), aim: 'at most 1.15' };
}

function hostKeyOf(line: string): string {
  const [, key = ''] = line.split(' ');
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** Passes every connection on, each way no faster than the line. */
async function slowLine(target: number): Promise<{ port: number } & AsyncDisposable> {
  const server = createTcpServer((near) => {
    const far = connect(target, '127.0.0.1');
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(throttle()).pipe(far);
    far.pipe(throttle()).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

function throttle(): Transform {
  let free = performance.now();
  return new Transform({
    async transform(chunk: Buffer, _encoding, done) {
      const now = performance.now();
      // A timer that comes late must not make the line slower.
      free = Math.max(free, now - LATE_MS) + (1_000 * chunk.length) / BYTES_A_SECOND;
      if (free > now) await sleep(free - now);
      done(null, chunk);
    },
  });
}
