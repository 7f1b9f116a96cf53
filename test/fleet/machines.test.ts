import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StopPoint } from '../paid/stopAt.ts';
import { stopAt } from '../paid/support.ts';
import {
  assertPaidOnce,
  FLEET_MISSING,
  fleetDocument,
  LEASE_SECONDS,
  openFleet,
  run,
  showNewerJobs,
  status,
  until,
  writeBoard,
} from './support.ts';

const skip = FLEET_MISSING;

test('machines that stand still past their lease while they send, and wake up, pay for nothing twice', {
  skip,
}, async () => {
  await using fleet = await openFleet({ provider: { lagMs: 100, jobMs: 100 } });
  const points: StopPoint[] = ['after connect', 'after the headers', 'after the answer'];
  const asleep = await Promise.all(
    points.map(async (point) => {
      const { start } = await fleet.machine(stopAt(point, 'SIGSTOP'));
      return await start(['--concurrency', '1']);
    }),
  );
  const asker = await fleet.machine();
  const file = await writeBoard(asker, points.length);
  const asked = asker.cli.start(run(fleet, file));
  await until('all of them stand still', async () => {
    const states = await Promise.all(asleep.map(({ child }) => stateOf(child.pid)));
    return states.every((state) => state === 'T');
  });
  await using _neighbour = showNewerJobs(fleet);
  const awake = await fleet.machine();
  const { child } = await awake.start();
  const first = await asked.ended;
  assert.equal(first.code, 0, first.stderr);
  const { storyboard, shots } = fleetDocument(first);
  await assertPaidOnce(fleet, shots);
  child.kill('SIGTERM');
  for (const sleeper of asleep) sleeper.child.kill('SIGCONT');
  await sleep(2_000);
  const { shots: later } = fleetDocument(await asker.cli.run(status(fleet, storyboard)));
  assert.deepEqual(later, shots, 'who woke up changed nothing');
  await assertPaidOnce(fleet, later);
  const more = await asker.cli.run(run(fleet, await writeBoard(asker, 9, (index) => `Tram ${index}`)));
  assert.equal(more.code, 0, more.stderr);
  await assertPaidOnce(fleet, fleetDocument(more).shots);
  for (const sleeper of asleep) assert.equal(sleeper.child.exitCode, null, 'they go on as if nothing had been');
});

test('a clip that lies on a dead machine is downloaded again, and not paid for again', { skip }, async () => {
  await using fleet = await openFleet();
  const [dead, asker] = [await fleet.machine(), await fleet.machine()];
  const worker = await dead.start();
  await fleet.sshd.kill();
  const asked = asker.cli.start(run(fleet, await writeBoard(asker, 3)));
  const { VIDEO_WORKSPACE: workspace = '' } = dead.cli.environment;
  const downloaded = async () => (await readdir(workspace).catch(() => [])).filter((name) => name.endsWith('.mp4'));
  await until('it has them all', async () => (await downloaded()).length === 3);
  worker.child.kill('SIGKILL');
  await worker.ended;
  await rm(workspace, { recursive: true });
  await fleet.sshd.start();
  const other = await fleet.machine();
  await other.start();
  const outcome = await asked.ended;
  assert.equal(outcome.code, 0, outcome.stderr);
  await assertPaidOnce(fleet, fleetDocument(outcome).shots);
});

test('a worker that is told to end hands back what only waits, at once, and nothing is left behind', {
  skip,
}, async () => {
  await using fleet = await openFleet({ provider: { jobMs: 8_000 } });
  const [leaving, staying, asker] = [await fleet.machine(), await fleet.machine(), await fleet.machine()];
  const worker = await leaving.start();
  const asked = asker.cli.start(run(fleet, await writeBoard(asker, 6), '--window', '6'));
  await until('all are sent', async () => (await fleet.provider.books()).jobs.length === 6);
  await sleep(500);
  const told = performance.now();
  worker.child.kill('SIGTERM');
  const { code, stderr } = await worker.ended;
  assert.equal(code, 0, stderr);
  assert.ok(performance.now() - told < 15_000, 'it does not wait for its grace to end');
  assert.equal(stderr.match(/handed back/g)?.length, 6, stderr);
  await staying.start();
  const outcome = await asked.ended;
  assert.ok(performance.now() - told < 1_000 * (LEASE_SECONDS + 60));
  await assertPaidOnce(fleet, fleetDocument(outcome).shots);
  assert.deepEqual(
    await readdir(staying.cli.environment.VIDEO_WORKSPACE ?? ''),
    [],
    'a worker keeps no published clip',
  );
});

test('what is begun when a worker is told to end may come to its address', { skip }, async () => {
  await using fleet = await openFleet({ provider: { contentMs: 3_000 } });
  const [leaving, asker] = [await fleet.machine(), await fleet.machine()];
  const worker = await leaving.start();
  const asked = asker.cli.start(run(fleet, await writeBoard(asker, 3)));
  await until('all are made', async () => (await fleet.provider.books()).jobs.length === 3);
  await sleep(1_000);
  worker.child.kill('SIGTERM');
  const { stderr } = await worker.ended;
  assert.match(stderr, /Clips published: 3\./);
  assert.equal((await asked.ended).code, 0);
});

/** As the kernel tells it: `T` stands still. */
async function stateOf(pid: number | undefined): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ')[2] ?? '';
}
