import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeNetworks, NETWORKS_MISSING } from '../support/networks.ts';
import {
  assertPaidOnce,
  FLEET_MISSING,
  fleetDocument,
  openFleet,
  run,
  showNewerJobs,
  status,
  until,
  writeBoard,
} from './support.ts';

test('machines with addresses of their own finish what one of them was cut off from', {
  skip: FLEET_MISSING || NETWORKS_MISSING,
}, async () => {
  using networks = makeNetworks(3);
  await using fleet = await openFleet({ host: networks.host, provider: { jobMs: 1_500, lagMs: 100 } });
  await using _neighbour = showNewerJobs(fleet);
  const workers = await Promise.all(
    networks.machines.map(async ({ within }) => (await fleet.machine({}, within)).start(['--concurrency', '4'])),
  );
  const asker = await fleet.machine();
  const asked = asker.cli.start(run(fleet, await writeBoard(asker, 40), '--window', '12'));
  await until('some are sent', async () => (await fleet.provider.books()).jobs.length >= 18);
  const [lost] = networks.machines;
  lost?.cut();
  const outcome = await asked.ended;
  assert.equal(outcome.code, 0, outcome.stderr);
  const { storyboard, shots } = fleetDocument(outcome);
  assert.equal(shots.length, 40);
  await assertPaidOnce(fleet, shots);
  const addresses = networks.machines.map(({ address }) => address);
  assert.deepEqual(
    addresses.filter((address) => !fleet.network.peers().has(address)),
    [],
    'each came from an address of its own',
  );
  lost?.plug();
  await sleep(3_000);
  assert.deepEqual(fleetDocument(await asker.cli.run(status(fleet, storyboard))).shots, shots);
  await assertPaidOnce(fleet, shots);
  for (const { child } of workers) assert.equal(child.exitCode, null, 'none of them ended');
});
