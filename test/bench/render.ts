import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { createAnimaticEngine } from '../../lib/studio/engines/animatic/animatic.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, median, seconds } from './figure.ts';

const CASES = [
  { label: '8 s at 1280x720', width: 1280, height: 720, length: 8, rounds: 3, aim: 'at most 8 s' },
  { label: '4 s at 720x1280', width: 720, height: 1280, length: 4, rounds: 3 },
  { label: '20 s at 1792x1024', width: 1792, height: 1024, length: 20, rounds: 1 },
];

/** The engine alone: fork, draw, encode, write. Median of a few rounds. */
export async function* benchRender(): AsyncGenerator<Figure> {
  const engine = createAnimaticEngine();
  for (const { label, width, height, length, rounds, aim } of CASES) {
    const times: number[] = [];
    let bytes = 0;
    for (let round = 0; round < rounds; round++) {
      await using folder = await temporaryFolder();
      const directory = path.join(folder.path, 'render');
      mkdirSync(directory);
      const recipe = engine.plan({
        prompt: 'A paper boat drifts down a rain gutter at dusk',
        seconds: length,
        width,
        height,
        seed: 7,
      });
      const started = performance.now();
      const files = await engine.render({
        recipe,
        directory,
        onProgress: () => undefined,
        signal: new AbortController().signal,
      });
      times.push(performance.now() - started);
      bytes = statSync(files.video).size;
    }
    yield {
      what: `render ${label} (${(bytes / 1e6).toFixed(1)} MB)`,
      value: seconds(median(times)),
      ...(aim !== undefined && { aim }),
    };
  }
}
