import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, root } from './built.ts';
import { type Figure, median, milliseconds } from './figure.ts';

const ROUNDS = 11;

/** What the first import costs a fresh process, beyond what an empty one takes. */
export async function* benchImport(): AsyncGenerator<Figure> {
  await using built = await build();
  const scripts = {
    empty: '',
    built: importOf(path.join(built.folder, 'lib', 'index.js')),
    source: importOf(path.join(root, 'lib', 'index.ts')),
  };
  const runs = Array.from({ length: ROUNDS }, () => ({
    empty: timeOf(scripts.empty),
    built: timeOf(scripts.built),
    source: timeOf(scripts.source),
  }));
  const beyondEmpty = (name: 'built' | 'source') => milliseconds(median(runs.map((run) => run[name] - run.empty)));
  yield { what: 'import of the package', value: beyondEmpty('built') };
  yield { what: 'import of lib/index.ts, from source', value: beyondEmpty('source') };
}

const importOf = (file: string) => `await import(${JSON.stringify(pathToFileURL(file))})`;

function timeOf(script: string): number {
  const started = performance.now();
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]);
  return performance.now() - started;
}
