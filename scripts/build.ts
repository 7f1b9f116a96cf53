import { spawnSync } from 'node:child_process';
import { chmod, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { STORYBOARD_SCHEMA } from '../lib/production/storyboard/schema.ts';

/** Emits `dist/`: JavaScript and declarations by tsc; prompts, the studio's page and the schema of storyboards beside them. */
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
await writeFile(path.join(dist, 'storyboard.schema.json'), `${JSON.stringify(STORYBOARD_SCHEMA, null, 2)}\n`);
for (const script of ['lib/cli/bin.js', 'agents/sora_agent.js', 'agents/planner_agent.js'])
  await chmod(path.join(dist, script), 0o755);
