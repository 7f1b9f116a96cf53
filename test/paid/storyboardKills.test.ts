import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../faults/random.ts';
import { killedAfter } from './killing.ts';
import { openPaid, type Paid, PHASES, RELIABLE_LIST, seed, timesOf } from './support.ts';

const SHOTS = 300;
const KILLS = 15;
/** Within which a program is killed, from its start. */
const SPAN_MS = 5_000;
const FAULTS = ['[429=2]', '[lost]', '[5xx]'];
const RUN = ['storyboard', 'run', 'film.yaml', '--concurrency', '24', '--json'];

interface ShotEntry {
  id: string;
  state: string;
  prompt: string;
  clip?: string;
  file?: { path: string; sha256: string };
}

/** Three hundred postcards: a template, and a table beside it. One of twenty meets a fault of its server. */
async function writeBoard({ cli }: Paid): Promise<void> {
  const rows = Array.from(
    { length: SHOTS },
    (_, index) => `Boat ${index}${index % 20 === 0 ? ` ${FAULTS[(index / 20) % 3]}` : ''}`,
  );
  await writeFile(path.join(cli.cwd, 'shots.csv'), ['subject', ...rows].join('\n'));
  const defaults = 'defaults: { seconds: 4, template: "{subject} in a gutter" }';
  await writeFile(path.join(cli.cwd, 'film.yaml'), `title: Postcards\n${defaults}\ntable: shots.csv\n`);
}

/** As a person would: by the server's own word of what it made. */
async function decide({ cli, provider }: Paid, { clip = '', prompt }: ShotEntry): Promise<void> {
  const [job] = await provider.paid(prompt);
  const verdict = job === undefined ? ['--resend'] : ['--job', job.id];
  const { code, stderr } = await cli.run(['ledger', 'decide', clip, ...verdict]);
  assert.equal(code, 0, stderr);
}

test(`${SHOTS} shots, ${KILLS} kills: each is published, and paid for once`, { timeout: 300_000 }, async (context) => {
  await using paid = await openPaid({
    provider: { ...PHASES, lagMs: 80 },
    profile: { ...RELIABLE_LIST, refuses429BeforeJob: true },
    settings: { ...timesOf({ sendDeadlineMs: 2_000, timeoutMs: 2_000 }), VIDEO_BUDGET_SECONDS: '100000' },
  });
  await writeBoard(paid);
  const random = seededRandom(seed);
  let [kills, runs, decisions] = [0, 0, 0];
  let shots: ShotEntry[] = [];
  while (shots.length === 0 || shots.some(({ state }) => state !== 'published')) {
    assert.ok(++runs < 60, `it never ends: ${JSON.stringify(shots.filter(({ state }) => state !== 'published'))}`);
    const outcome = await killedAfter(paid.cli.start(RUN), kills < KILLS ? random() * SPAN_MS : undefined);
    if (outcome.code === null) {
      kills++;
      continue;
    }
    assert.ok([0, 1, 4].includes(outcome.code), outcome.stderr);
    ({ shots } = JSON.parse(outcome.stdout));
    const unknown = shots.filter(({ state }) => state === 'unknown');
    for (const shot of unknown) await decide(paid, shot);
    decisions += unknown.length;
    assert.equal(shots.filter(({ state }) => state === 'failed').length, 0, outcome.stderr);
  }
  assert.equal(shots.length, SHOTS);
  const { jobs, creates } = await paid.provider.books();
  const paidFor = Map.groupBy(jobs, ({ prompt }) => prompt);
  for (const { id, prompt, file } of shots) {
    const made = paidFor.get(prompt) ?? [];
    assert.equal(made.length, 1, `${id} was paid for ${made.length} times`);
    const content = await readFile(path.join(paid.cli.environment.VIDEO_WORKSPACE ?? '', file?.path ?? ''));
    assert.equal(createHash('sha256').update(content).digest('hex'), made[0]?.sha256, id);
  }
  assert.equal(jobs.length, SHOTS);
  context.diagnostic(`seed ${seed}: ${JSON.stringify({ kills, runs, decisions, creates, payments: jobs.length })}`);
});
