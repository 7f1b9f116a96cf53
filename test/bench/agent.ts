import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, median, milliseconds, seconds } from './figure.ts';

const root = path.join(import.meta.dirname, '..', '..');
const REQUEST = 'A paper boat drifts down a rain gutter at dusk. 8 seconds, landscape. Publish it.';

/** What a newcomer waits for: one command, from its start to the published clip. */
export async function* benchAgent(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  const run = (args: string[]): number => {
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: folder.path,
      env: { PATH: process.env.PATH, HOME: folder.path },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return performance.now() - started;
  };
  const agent = run([path.join(root, 'agents', 'sora_agent.ts'), REQUEST]);
  yield { what: 'one command, 8 s clip: start to published', value: seconds(agent), aim: 'at most 30 s' };
  const help = Array.from({ length: 5 }, () => run([path.join(root, 'lib', 'cli', 'bin.ts'), '--help']));
  yield { what: 'video-toolset --help, from source', value: milliseconds(median(help)) };
}
