import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome, Running } from '../cli/support.ts';
import { seededRandom } from '../faults/random.ts';
import { PHASES, seed } from '../paid/support.ts';
import {
  assertPaidOnce,
  FLEET_MISSING,
  fleetDocument,
  LEASE_SECONDS,
  type Machine,
  openFleet,
  run,
  showNewerJobs,
  type TestFleet,
  writeBoard,
} from './support.ts';

const SHOTS = 300;
const KILLS = 15;
const CUT_MS = 60_000;
const FAULTS = ['[429=2]', '[lost]', '[5xx]'];
const WORKER = ['--concurrency', '12'];

type Blow = 'kill' | 'kill for good' | 'pause' | 'restart Postgres' | 'cut the network';

test(`${SHOTS} shots, 3 workers, ${KILLS} kills and all that befalls machines: each is published, and paid for once`, {
  skip: FLEET_MISSING,
  timeout: 420_000,
}, async (context) => {
  const started = performance.now();
  await using fleet = await openFleet({ provider: { ...PHASES, jobMs: 1_500, lagMs: 80 } });
  const random = seededRandom(seed);
  const machines = await Promise.all([fleet.machine(), fleet.machine(), fleet.machine()]);
  const workers = new Map<Machine, Running>();
  for (const machine of machines) workers.set(machine, await machine.start(WORKER));
  const { cli: asker } = await fleet.machine();
  const promptOf = (index: number) =>
    index % 20 === 0 ? `Boat ${index} ${FAULTS[(index / 20) % FAULTS.length]}` : `Boat ${index}`;
  const file = await writeBoard({ cli: asker }, SHOTS, promptOf);
  const asked = asker.start(run(fleet, file, '--window', '24'));

  const pick = <T>(choices: readonly T[]): T =>
    choices[Math.floor(random() * choices.length)] ?? assert.fail('There is nothing left to pick.');
  const kill = async (): Promise<Machine> => {
    const [machine, { child, ended }] = pick([...workers]);
    child.kill('SIGKILL');
    await ended;
    workers.delete(machine);
    return machine;
  };
  const blows: Record<Blow, () => Promise<void>> = {
    async kill() {
      const machine = await kill();
      workers.set(machine, await machine.start(WORKER));
    },
    async 'kill for good'() {
      await kill();
    },
    async pause() {
      const { child } = pick([...workers.values()]);
      child.kill('SIGSTOP');
      await sleep(1_000 * (LEASE_SECONDS + 5));
      child.kill('SIGCONT');
    },
    async 'restart Postgres'() {
      await fleet.postgres.stop();
      await fleet.postgres.start();
    },
    async 'cut the network'() {
      fleet.network.cut();
      await sleep(CUT_MS);
      fleet.network.heal();
    },
  };
  const order: Blow[] = ['kill for good', 'pause', 'restart Postgres', 'cut the network'];
  for (let count = 0; count < KILLS; count++) order.splice(Math.floor(random() * (order.length + 1)), 0, 'kill');

  await using _neighbour = showNewerJobs(fleet);
  const left: number[] = [];
  for (const blow of order) {
    await sleep(500 + 1_500 * random());
    left.push(SHOTS - (await publishedOf(fleet)));
    await blows[blow]();
  }
  const blowsMs = performance.now() - started;
  let outcome: Outcome = await asked.ended;
  for (let turns = 0; fleetDocument(outcome).totals.states.published !== SHOTS; turns++) {
    assert.ok(turns < 5, `it never ends: ${JSON.stringify(fleetDocument(outcome).totals)} ${outcome.stderr}`);
    outcome = await asker.run(run(fleet, file));
  }
  const { shots } = fleetDocument(outcome);
  assert.equal(shots.length, SHOTS);
  await assertPaidOnce(fleet, shots);
  const { jobs, creates } = await fleet.provider.books();
  const payments = jobs.filter(({ prompt }) => prompt.startsWith('Boat')).length;
  assert.equal(payments, SHOTS);
  const seconds = (ms: number) => Math.round(ms / 1_000);
  const facts = { kills: KILLS, payments, creates, leftAtBlows: left, blowsS: seconds(blowsMs) };
  context.diagnostic(`seed ${seed}: ${JSON.stringify({ ...facts, allS: seconds(performance.now() - started) })}`);
});

async function publishedOf({ provider }: TestFleet): Promise<number> {
  return (await provider.books()).jobs.filter(({ prompt }) => prompt.startsWith('Boat')).length;
}
