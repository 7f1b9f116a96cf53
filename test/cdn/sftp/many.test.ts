import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SSHD_MISSING, startSshd } from '../../support/sshd.ts';
import { listed, publish } from '../contract.ts';
import { sftpCdn } from './support.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function heldBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('500 files go through one connection, and the memory stays flat', { skip: SSHD_MISSING }, async () => {
  const warnings: string[] = [];
  process.on('warning', ({ message }) => warnings.push(message));
  await using server = await startSshd();
  const driver = sftpCdn(server);
  const bytes = randomBytes(60_000);
  const seen = new Set<number>();
  const publishAll = async (first: number, count: number) => {
    const keys = Array.from({ length: count }, (_, index) => `2026/11/clip-${first + index}.mp4`);
    const left = keys.values();
    const work = async () => {
      for (const key of left) {
        assert.equal(await publish(driver, key, bytes), 'sha256');
        seen.add(server.connections());
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
  };
  await publishAll(0, 100);
  const before = heldBytes();
  await publishAll(100, 400);
  const grown = heldBytes() - before;
  assert.ok(grown < 3_000_000, `grown by ${grown} bytes`);
  assert.deepEqual([...seen], [1]);
  assert.equal((await listed(driver)).length, 500);
  assert.deepEqual(warnings, []);
  await driver.close();
  await server.assertUnused();
});
