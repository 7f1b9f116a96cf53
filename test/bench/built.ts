import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { temporaryFolder } from '../support/temporary.ts';

export const root = path.join(import.meta.dirname, '..', '..');

export interface Built extends AsyncDisposable {
  /** The package and the bench's programs as JavaScript. */
  folder: string;
  /** Where a program of the bench came to lie. */
  program(name: string): string;
}

/** What a user runs is compiled: reading TypeScript costs Node some 30 MB, which would be counted as ours. */
export async function build(): Promise<Built> {
  // A bench may use what tests use, and that is where the key stands.
  const target = await temporaryFolder({ mayHoldKey: ['test/support/key.js'] });
  const compiler = createRequire(import.meta.url).resolve('typescript/package.json');
  const { bin } = JSON.parse(await readFile(compiler, 'utf8'));
  const config = {
    extends: path.join(root, 'tsconfig.build.json'),
    compilerOptions: { rootDir: root, outDir: target.path, declaration: false },
    include: ['lib', 'types', 'test/bench/*Process.ts'].map((name) => path.join(root, name)),
  };
  await mkdir(target.path, { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(target.path, 'node_modules'));
  await writeFile(path.join(target.path, 'tsconfig.json'), JSON.stringify(config));
  await writeFile(path.join(target.path, 'package.json'), JSON.stringify({ type: 'module' }));
  execFileSync(process.execPath, [path.join(path.dirname(compiler), bin.tsc), '-p', target.path], { stdio: 'inherit' });
  return {
    folder: target.path,
    program: (name) => path.join(target.path, 'test', 'bench', `${name}.js`),
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
}
