import { spawnSync } from 'node:child_process';
import { chmod, cp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Emits `dist/`: JavaScript and declarations by tsc, the agents' prompts and the files of the studio's page as they are. */
const root = path.join(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
await rm(dist, { recursive: true, force: true });

const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
const { bin } = JSON.parse(await readFile(typescript, 'utf8'));
const tsc = path.join(path.dirname(typescript), bin.tsc);
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const name of await readdir(path.join(root, 'agents'))) {
  if (name.endsWith('.prompt.md')) await cp(path.join(root, 'agents', name), path.join(dist, 'agents', name));
}
const page = path.join('lib', 'studio', 'page', 'browser');
await cp(path.join(root, page), path.join(dist, page), { recursive: true });
for (const script of ['lib/cli/bin.js', 'agents/sora_agent.js', 'agents/planner_agent.js'])
  await chmod(path.join(dist, script), 0o755);
