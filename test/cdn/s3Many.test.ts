import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createS3Cdn } from '../../lib/cdn/s3.ts';
import { startServer } from '../bench/measure.ts';
import { CREDENTIALS, publish } from './s3Server.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const IN_FLIGHT = 4;

async function memoryBytes(): Promise<number> {
  // What the last requests held is let go of when their connections fall idle.
  for (let round = 0; round < 5; round++) {
    await pause(50);
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

test('500 files, some in parts, over a few connections in flat memory', async () => {
  using server = await startServer(path.join('..', 'cdn', 's3Process.ts'), []);
  const url = new URL(`s3://clips?endpoint=${server.baseUrl}`);
  const driver = createS3Cdn({ url, credentials: CREDENTIALS });
  const small = randomBytes(40_000);
  const inParts = randomBytes(9 * 1024 ** 2);
  let mostSockets = 0;
  const publishMany = async (from: number, to: number) => {
    for (let next = from; next < to; next += IN_FLIGHT) {
      const names = Array.from({ length: IN_FLIGHT }, (_, index) => next + index);
      await Promise.all(names.map((name) => publish(driver, `${name}.mp4`, name % 100 === 0 ? inParts : small)));
      mostSockets = Math.max(mostSockets, sockets());
    }
  };
  await publishMany(0, 100);
  const before = await memoryBytes();
  await publishMany(100, 500);
  const grown = (await await memoryBytes()) - before;
  assert.ok(grown < 4 * 1024 ** 2, `memory grew by ${grown} bytes`);
  assert.ok(mostSockets <= 5 * IN_FLIGHT, `${mostSockets} sockets`);
  let count = 0;
  for await (const { bytes } of driver.list('')) count += bytes > 0 ? 1 : 0;
  assert.equal(count, 500);
  await driver.close();
  for (const end = Date.now() + 5_000; sockets() > 0 && Date.now() < end; ) await pause(5);
  assert.equal(sockets(), 0);
});
