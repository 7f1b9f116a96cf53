import { createHash } from 'node:crypto';
import { openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { FollowOrder } from './followFile.ts';

const buffer = Buffer.allocUnsafeSlow(256 * 1024);
const file = openSync(String(workerData), 'r');
let hash = createHash('sha256');
let position = 0;

parentPort?.on('message', ({ to, isLast }: FollowOrder) => {
  if (to < position) {
    hash = createHash('sha256');
    position = 0;
  }
  while (position < to) {
    const bytes = readSync(file, buffer, 0, Math.min(buffer.length, to - position), position);
    if (bytes === 0) break;
    hash.update(buffer.subarray(0, bytes));
    position += bytes;
  }
  if (!isLast) return;
  if (position < to) throw new Error(`The file ends at ${position} of ${to} bytes`);
  parentPort?.postMessage(hash.digest('hex'));
});
