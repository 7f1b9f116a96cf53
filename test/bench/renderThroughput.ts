import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createAnimaticEngine } from '../../lib/studio/engines/animatic/animatic.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, mebibytes, median, milliseconds } from './figure.ts';

const SIZES = [
  [720, 1280],
  [1280, 720],
  [1024, 1792],
  [1792, 1024],
] as const;
const LENGTH_SECONDS = 4;
const ROUNDS = 3;
const SAMPLE_MS = 50;

/** As many renders at once as there are cores, as the studio has them: how many a minute, and what each takes. */
export async function* benchRenderThroughput(): AsyncGenerator<Figure> {
  const cores = availableParallelism();
  for (const [width, height] of SIZES) {
    const firsts: number[] = [];
    const memory = watchChildren();
    const started = performance.now();
    const work = async () => {
      for (let round = 0; round < ROUNDS; round++) firsts.push(await renderOnce(width, height));
    };
    await Promise.all(Array.from({ length: cores }, work));
    const minutes = (performance.now() - started) / 60_000;
    const peaks = memory.stop();
    const what = `${LENGTH_SECONDS} s at ${width}x${height}, ${cores} at once`;
    yield { what: `${what}: renders per minute`, value: ((cores * ROUNDS) / minutes).toFixed(1) };
    yield { what: `${what}: until the first frame is told`, value: milliseconds(median(firsts)) };
    if (peaks.length > 0) yield { what: `${what}: peak memory of a render`, value: mebibytes(Math.max(...peaks)) };
  }
}

/** @returns milliseconds until the first frame was told */
async function renderOnce(width: number, height: number): Promise<number> {
  await using folder = await temporaryFolder();
  const directory = path.join(folder.path, 'render');
  mkdirSync(directory);
  const engine = createAnimaticEngine();
  const prompt = 'A paper boat drifts down a rain gutter at dusk';
  const recipe = engine.plan({ prompt, seconds: LENGTH_SECONDS, width, height, seed: 7 });
  const started = performance.now();
  let first: number | undefined;
  await engine.render({
    recipe,
    directory,
    onProgress: (done) => {
      if (done > 0) first ??= performance.now() - started;
    },
    signal: new AbortController().signal,
  });
  return first ?? Number.NaN;
}

/** The most that each child of this process ever had; known on Linux only. */
function watchChildren() {
  const peaks = new Map<string, number>();
  const look = () => {
    for (const child of childrenOf('self')) {
      const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(textOf(`/proc/${child}/status`)) ?? [];
      if (kibibytes !== undefined) peaks.set(child, Number(kibibytes) * 1_024);
    }
  };
  const timer = setInterval(look, SAMPLE_MS);
  return {
    stop(): number[] {
      clearInterval(timer);
      return [...peaks.values()];
    },
  };
}

function childrenOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      textOf(`/proc/${pid}/task/${thread}/children`).trim().split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}

/** Empty where the process has just ended. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
