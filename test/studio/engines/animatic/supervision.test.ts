import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RenderError } from '../../../../lib/studio/engines/animatic/renderError.ts';
import { NEEDS_ROOT, temporaryDisk, temporaryFolder } from '../../../support/temporary.ts';
import { recipeOf, render } from './support.ts';

const LONG = { seconds: 60, width: 1280, height: 720 };
const ENGINE = new URL('../../../../lib/studio/engines/animatic/animatic.ts', import.meta.url).href;
const noProc = process.platform === 'linux' ? false : 'reads /proc';

test('an abort ends the child within a second, rejects with its reason and leaves no file', {
  skip: noProc,
}, async () => {
  await using folder = await temporaryFolder();
  const abort = new AbortController();
  const reason = new Error('cancelled by the user');
  const started = Promise.withResolvers<void>();
  const done = render(recipeOf(LONG), folder.path, { signal: abort.signal, onProgress: () => started.resolve() });
  const outcome = assert.rejects(done, (error) => error === reason);
  await Promise.race([started.promise, done]);
  const [child] = await childrenOf(process.pid);
  const start = performance.now();
  abort.abort(reason);
  await outcome;
  assert.ok(performance.now() - start < 1000);
  assert.ok(child !== undefined && (await isGone(child)));
  assert.deepEqual(await readdir(folder.path), []);
});

test('a signal that is aborted already starts nothing', async () => {
  await assert.rejects(render(recipeOf(LONG), '/nonexistent', { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('a child that is killed from outside rejects with an error that says so', { skip: noProc }, async () => {
  await using folder = await temporaryFolder();
  const started = Promise.withResolvers<void>();
  const done = render(recipeOf(LONG), folder.path, { onProgress: () => started.resolve() });
  const outcome = assert.rejects(done, (error) => {
    assert.ok(error instanceof RenderError);
    assert.equal(error.code, 'crashed');
    assert.match(error.message, /stopped before it was done \(SIGKILL\)/);
    return true;
  });
  await Promise.race([started.promise, done]);
  for (const child of await childrenOf(process.pid)) process.kill(child, 'SIGKILL');
  await outcome;
  assert.deepEqual(await readdir(folder.path), []);
});

test('the child ends when its parent is killed', { skip: noProc }, async () => {
  await using folder = await temporaryFolder();
  const script = join(folder.path, 'parent.mjs');
  const task = JSON.stringify({ recipe: recipeOf(LONG), directory: folder.path });
  await writeFile(
    script,
    `import { createAnimaticEngine } from ${JSON.stringify(ENGINE)};
     const signal = new AbortController().signal;
     await createAnimaticEngine().render({ ...${task}, signal, onProgress: () => console.log('on') });`,
  );
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(parent.stdout, 'data');
  const [child] = await childrenOf(parent.pid ?? 0);
  assert.ok(child !== undefined);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  for (let attempt = 0; attempt < 50 && !(await isGone(child)); attempt++) await sleep(100);
  assert.ok(await isGone(child));
});

test('a broken reference image is named as the cause', async () => {
  await using folder = await temporaryFolder();
  const referencePath = join(folder.path, 'reference.png');
  await writeFile(referencePath, 'no image');
  await assert.rejects(render(recipeOf({}), folder.path, { referencePath }), { code: 'reference_unreadable' });
});

test('no machine path reaches the message of an error', async () => {
  const directory = '/nonexistent/secret/folder';
  await assert.rejects(render(recipeOf({}), directory), (error) => {
    assert.ok(error instanceof RenderError);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

test('a full disk rejects with an error that says so and leaves no file', async (context) => {
  await using disk = await temporaryDisk('size=200k');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  const recipe = recipeOf({ seconds: 4, width: 640, height: 360, prompt: 'Rain in a neon city at night' });
  await assert.rejects(render(recipe, disk.path), (error) => {
    assert.ok(error instanceof RenderError);
    assert.equal(error.code, 'disk_full');
    assert.match(error.message, /disk is full/);
    assert.ok(error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ENOSPC');
    return true;
  });
  assert.deepEqual(await readdir(disk.path), []);
});

test('loading the engine loads no library', { skip: noProc }, () => {
  const script = `await import(${JSON.stringify(ENGINE)}); console.log(await (await import('node:fs/promises')).readFile('/proc/self/maps', 'utf8'));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  assert.ok(stdout.length > 0);
  assert.doesNotMatch(stdout, /canvas/);
});

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** A zombie has ended, too: whether it is collected is up to the machine's first process. */
async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat === undefined || /\) [ZX] /.test(stat);
}
