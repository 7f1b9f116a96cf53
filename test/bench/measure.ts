import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { median } from './figure.ts';

export interface Measured {
  ms: number;
  /** Of the process that did it, where that is known. */
  peakBytes?: number;
}

/** A server of the bench in a process of its own, so that it measures nobody. */
export async function startServer(
  program: string,
  args: string[],
): Promise<{ baseUrl: string; pid: number | undefined } & Disposable> {
  const server = spawn(process.execPath, [path.join(import.meta.dirname, program), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await once(server.stdout, 'data');
  return { baseUrl: String(output).trim(), pid: server.pid, [Symbol.dispose]: () => server.kill() };
}

/** A program that says itself what it took. */
export function runProgram<T = Measured>(program: string, args: string[]): T {
  return JSON.parse(execFileSync(process.execPath, [program, ...args], { encoding: 'utf8', maxBuffer: 1e6 }));
}

export function runShell(command: string): Measured {
  const started = performance.now();
  execFileSync('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  return { ms: performance.now() - started };
}

/** Everybody once, then everybody again: whoever else loads the machine loads them all. */
export class Rounds<Name extends string> {
  readonly #runs: Record<Name, Measured>[] = [];

  constructor(rounds: number, measure: () => Record<Name, Measured>) {
    for (let round = 0; round < rounds; round++) this.#runs.push(measure());
  }

  ms(name: Name): number {
    return median(this.#runs.map((run) => run[name].ms));
  }

  peakBytes(name: Name): number {
    return Math.max(...this.#runs.map((run) => run[name].peakBytes ?? 0));
  }

  /** How many times as fast, as the median of all rounds. */
  speed(ours: Name, theirs: Name): string {
    return median(this.#runs.map((run) => run[theirs].ms / run[ours].ms)).toFixed(2);
  }
}
