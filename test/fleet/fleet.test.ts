import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertPaidOnce, FLEET_MISSING, fleetDocument, openFleet, run, status, writeBoard } from './support.ts';

const skip = FLEET_MISSING;

test('two machines make a storyboard that a third one asked for, and a fourth one sees it', { skip }, async () => {
  await using fleet = await openFleet({ provider: { jobMs: 200 } });
  const [first, second, asker, other] = [
    await fleet.machine(),
    await fleet.machine(),
    await fleet.machine(),
    await fleet.machine(),
  ];
  // Neither has hands for the whole window.
  const hands = ['--concurrency', '3'];
  const workers = [await first.start(hands), await second.start([...hands, '--health', '0'])];
  const outcome = await asker.cli.run(run(fleet, await writeBoard(asker, 24), '--window', '6'));
  assert.equal(outcome.code, 0, outcome.stderr);
  const { storyboard, totals, shots, manifest } = fleetDocument(outcome);
  assert.deepEqual([totals.states, totals.seconds], [{ published: 24 }, 96]);
  await assertPaidOnce(fleet, shots);
  assert.equal(JSON.parse(await readFile(manifest ?? '', 'utf8')).shots.length, 24);
  const seen = fleetDocument(await other.cli.run(status(fleet, storyboard)));
  assert.deepEqual(seen.shots, shots);
  for (const worker of workers) {
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Clips published: [1-9]/, 'each machine made some');
  }
});
