import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ask, clipOf, createJob, field, reaches, until } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';

const SCRIPT = fileURLToPath(new URL('../support/studioProcess.ts', import.meta.url));

interface StudioProcess extends AsyncDisposable {
  baseUrl: string;
  /** Sends a signal; resolves when the process is gone, or at once where it only pauses. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  child: ChildProcess;
}

async function spawnStudio(state: string, { frames = 10, frameMs = 20 } = {}): Promise<StudioProcess> {
  const args = ['--disable-warning=ExperimentalWarning', SCRIPT, state, String(frames), String(frameMs)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal);
    await exited;
  };
  return { baseUrl: String(line).trim(), end, child, [Symbol.asyncDispose]: () => end('SIGKILL') };
}

const LONG = { frames: 1_000 };

async function outputOf(state: string, id: string): Promise<string[]> {
  return (await readdir(path.join(state, 'studio', 'jobs', id))).sort();
}

async function assertWhole(studio: StudioProcess, state: string, id: string, seed: number): Promise<void> {
  const response = await fetch(`${studio.baseUrl}/videos/${id}/content`);
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), clipOf({ seed }));
  assert.deepEqual(await outputOf(state, id), ['output']);
  assert.deepEqual((await readdir(path.join(state, 'studio', 'jobs', id, 'output'))).sort(), [
    'spritesheet.jpg',
    'thumbnail.webp',
    'video.mp4',
  ]);
}

test("two programs on one state folder see the same jobs, and each other's progress", async () => {
  await using folder = await temporaryFolder();
  await using first = await spawnStudio(folder.path, { frames: 40 });
  await using second = await spawnStudio(folder.path);
  const id = await createJob(first.baseUrl, { seed: 11 });
  const seen = new Set<number>();
  await until(async () => {
    const { body } = await ask(`${second.baseUrl}/videos/${id}`);
    seen.add(Number(field(body, 'progress')));
    return field(body, 'status') === 'completed';
  });
  assert.ok([...seen].some((progress) => progress > 0 && progress < 100));
  await assertWhole(second, folder.path, id, 11);
  assert.deepEqual((await ask(`${first.baseUrl}/videos`)).body, (await ask(`${second.baseUrl}/videos`)).body);
});

test('a running render is left to its owner while that lives, even paused, and is taken over soon after it is killed', async () => {
  await using folder = await temporaryFolder();
  await using owner = await spawnStudio(folder.path, LONG);
  await using other = await spawnStudio(folder.path);
  const id = await createJob(owner.baseUrl, { seed: 12 });
  await reaches(other.baseUrl, id, 'in_progress');
  const attempts = () => outputOf(folder.path, id);
  await until(async () => existsSync(path.join(folder.path, 'studio', 'jobs', id)) && (await attempts()).length === 1);
  const before = await attempts();
  owner.child.kill('SIGSTOP');
  await sleep(1_500);
  assert.deepEqual(await attempts(), before);
  assert.partialDeepStrictEqual((await ask(`${other.baseUrl}/videos/${id}`)).body, { status: 'in_progress' });
  const killed = performance.now();
  await owner.end('SIGKILL');
  await reaches(other.baseUrl, id, 'completed');
  assert.ok(performance.now() - killed < 3_000);
  await assertWhole(other, folder.path, id, 12);
});

test('a studio that is closed gives its jobs back, and another one finishes them', async () => {
  await using folder = await temporaryFolder();
  await using first = await spawnStudio(folder.path, LONG);
  const running = await createJob(first.baseUrl, { seed: 13 });
  const queued = await createJob(first.baseUrl, { seed: 14 });
  await reaches(first.baseUrl, running, 'in_progress');
  await first.end('SIGTERM');
  await using second = await spawnStudio(folder.path, { frames: 2 });
  for (const id of [running, queued]) await reaches(second.baseUrl, id, 'completed');
  await assertWhole(second, folder.path, running, 13);
  await assertWhole(second, folder.path, queued, 14);
});

test('a job whose studio is killed again and again is completed in the end, and its files are whole', async () => {
  await using folder = await temporaryFolder();
  let id: string | undefined;
  for (let round = 0; round < 5; round++) {
    await using studio = await spawnStudio(folder.path, { frames: 10, frameMs: 10 });
    id ??= await createJob(studio.baseUrl, { seed: 15 });
    await sleep(Math.random() * 150);
    await studio.end('SIGKILL');
  }
  assert.ok(id !== undefined);
  await using last = await spawnStudio(folder.path);
  await reaches(last.baseUrl, id, 'completed');
  await assertWhole(last, folder.path, id, 15);
});

test('the locks of studios that were killed are cleared away at the next start, those of the living stay', async () => {
  await using folder = await temporaryFolder();
  const locks = () => readdir(path.join(folder.path, 'studio', 'owners'));
  await using living = await spawnStudio(folder.path, LONG);
  await using paused = await spawnStudio(folder.path, LONG);
  const kept = await locks();
  assert.equal(kept.length, 2);
  paused.child.kill('SIGSTOP');
  for (let round = 0; round < 2; round++) await (await spawnStudio(folder.path)).end('SIGKILL');
  await using next = await spawnStudio(folder.path);
  await until(async () => (await locks()).length === 3);
  for (const lock of kept) assert.ok((await locks()).includes(lock), lock);
  const id = await createJob(living.baseUrl, { seed: 18 });
  await reaches(next.baseUrl, id, 'in_progress');
});

test("deleting a job from another program stops its owner's render and leaves nothing", async () => {
  await using folder = await temporaryFolder();
  await using owner = await spawnStudio(folder.path, LONG);
  await using other = await spawnStudio(folder.path);
  const id = await createJob(owner.baseUrl, { seed: 16 });
  await reaches(other.baseUrl, id, 'in_progress');
  assert.equal((await ask(`${other.baseUrl}/videos/${id}`, 'DELETE')).status, 200);
  assert.equal((await ask(`${owner.baseUrl}/videos/${id}`)).status, 404);
  const next = await createJob(owner.baseUrl, { seed: 17 });
  await reaches(owner.baseUrl, next, 'in_progress', 3_000);
  await until(() => !existsSync(path.join(folder.path, 'studio', 'jobs', id)), 3_000);
});
