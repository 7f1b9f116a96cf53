import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { followFile } from '../../lib/media/followFile.ts';
import { temporaryFolder } from '../support/temporary.ts';

const MIB = 1024 * 1024;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const FOLLOW = path.join(import.meta.dirname, '..', '..', 'lib', 'media', 'followFile.ts');

/** What threads that are made from now on say. */
function repliesOfThreads(): unknown[] {
  const replies: unknown[] = [];
  process.once('worker', (worker: Worker) => worker.on('message', (reply) => replies.push(reply)));
  return replies;
}

test('a large file is hashed by a thread while it grows, and anew where it begins anew', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'clip');
  const replies = repliesOfThreads();
  const followed = followFile(file);
  await writeFile(file, Buffer.alloc(40 * MIB, 'one'));
  followed.writtenTo(40 * MIB);
  await truncate(file);
  followed.writtenTo(0);
  const pieces = [Buffer.alloc(35 * MIB, 'two'), Buffer.alloc(7 * MIB + 1, 'three')];
  let bytes = 0;
  for (const piece of pieces) {
    await appendFile(file, piece);
    bytes += piece.length;
    followed.writtenTo(bytes);
  }
  const expected = sha256(Buffer.concat(pieces));
  assert.equal(await followed.sha256(), expected);
  assert.deepEqual(replies, [expected]);
  await followed.close();
});

test('a small file is hashed without a thread', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'clip');
  process.once('worker', () => assert.fail('a thread was made'));
  const followed = followFile(file);
  await writeFile(file, 'frames');
  followed.writtenTo(6);
  assert.equal(await followed.sha256(), sha256(Buffer.from('frames')));
  await followed.close();
  process.removeAllListeners('worker');
});

/** Begins to follow a file of 40 MiB in a process of its own, then runs `rest`. */
function inProcess(file: string, rest: string, flags: string[] = []) {
  const script = `
    const { followFile } = await import(${JSON.stringify(FOLLOW)});
    const followed = followFile(${JSON.stringify(file)});
    followed.writtenTo(${40 * MIB});
    ${rest}`;
  const args = ['--disable-warning=ExperimentalWarning', ...flags, '--input-type=module', '-e', script];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
}

test('the thread keeps no process alive, but for the hash that is waited for', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'clip');
  const bytes = Buffer.alloc(40 * MIB, 'frames');
  await writeFile(file, bytes);
  assert.equal(inProcess(file, '').status, 0);
  const waited = inProcess(file, 'console.log(await followed.sha256()); await followed.close();');
  assert.deepEqual([waited.status, waited.stdout.trim()], [0, sha256(bytes)]);
});

test('a process that may make no threads hashes all the same', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'clip');
  const bytes = Buffer.alloc(40 * MIB, 'frames');
  await writeFile(file, bytes);
  const { status, stdout, stderr } = inProcess(file, 'console.log(await followed.sha256());', [
    '--permission',
    '--allow-fs-read=*',
  ]);
  assert.deepEqual([status, stdout.trim()], [0, sha256(bytes)], stderr);
});
