import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { temporaryFolder } from '../support/temporary.ts';
import { build } from './built.ts';
import { type Figure, median, milliseconds } from './figure.ts';

const ROUNDS = 11;
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } },
};

/** From the start of the built program to its first answer. */
export async function* benchStarting(): AsyncGenerator<Figure> {
  await using built = await build();
  await using home = await temporaryFolder();
  const bin = path.join(built.folder, 'lib', 'cli', 'bin.js');
  const start = (...args: string[]) =>
    spawn(process.execPath, [bin, ...args], { env: { PATH: process.env.PATH, HOME: home.path } });
  const mcp: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    mcp.push(
      await firstAnswer(() => {
        const child = start('mcp');
        child.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
        return child;
      }),
    );
    help.push(await firstAnswer(() => start('--help')));
  }
  yield { what: 'mcp: initialize is answered', value: milliseconds(median(mcp)), aim: '400 ms' };
  yield { what: '--help is printed', value: milliseconds(median(help)), aim: '150 ms' };
}

async function firstAnswer(start: () => ChildProcess): Promise<number> {
  const started = performance.now();
  const child = start();
  if (child.stdout === null) throw new Error('The program has no stdout.');
  await once(child.stdout, 'data');
  const ms = performance.now() - started;
  child.stdin?.end();
  await once(child, 'close');
  return ms;
}
