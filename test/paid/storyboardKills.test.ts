import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Outcome, openCommandLine, type Running } from '../cli/support.ts';
import { seededRandom } from '../faults/random.ts';
import { smallAnimatic } from '../production/storyboard/support.ts';
import { framesIn, missing } from '../studio/engines/animatic/support.ts';
import { POSTGRES_MISSING, startPostgres } from '../support/postgres.ts';
import { openStudio } from '../support/studio.ts';
import { killedAfter } from './killing.ts';
import { openPaid, type Paid, PHASES, RELIABLE_LIST, seed, timesOf } from './support.ts';

/** Of what is to be made, during which all kills strike. */
const KILLED_SHARE = 0.8;
/** After what a kill waits for, or from the start. */
const MOST_DELAY_MS = 500;
const FAULTS = ['[429=2]', '[lost]', '[5xx]'];
const RUN = ['storyboard', 'run', 'film.yaml', '--json'];

interface ShotEntry {
  id: string;
  state: string;
  prompt: string;
  clip?: string;
  file?: { path: string; sha256: string };
}

/** Postcards: a template, and a table beside it. One of twenty meets a fault of its server. */
async function writeBoard({ cli }: Paid, shots: number): Promise<void> {
  const rows = Array.from(
    { length: shots },
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

/** Runs it and kills it: at a random instant after so much is made. */
async function killedAt(running: Running, made: () => Promise<boolean>, delayMs: number): Promise<Outcome> {
  const isEnded = running.ended.then(() => true);
  while (!(await Promise.race([isEnded, made()]))) await sleep(20);
  return await killedAfter(running, delayMs);
}

/** Runs it, kills it at random instants so many times, and runs it to its end: each shot is there, and paid for once. */
async function withstandKills(paid: Paid, count: number, kills: number, concurrency: number): Promise<string> {
  await writeBoard(paid, count);
  const random = seededRandom(seed);
  let [killed, runs, decisions] = [0, 0, 0];
  let shots: ShotEntry[] = [];
  while (shots.length === 0 || shots.some(({ state }) => state !== 'published')) {
    assert.ok(++runs < 60, `it never ends: ${JSON.stringify(shots.filter(({ state }) => state !== 'published'))}`);
    const running = paid.cli.start([...RUN, '--concurrency', String(concurrency)]);
    const due = ((killed + random()) / kills) * KILLED_SHARE * count;
    const made = async () => (await paid.provider.books()).jobs.length >= due;
    const outcome = await (killed < kills ? killedAt(running, made, random() * MOST_DELAY_MS) : running.ended);
    if (outcome.code === null) {
      killed++;
      continue;
    }
    assert.ok([0, 1, 4].includes(outcome.code), outcome.stderr);
    ({ shots } = JSON.parse(outcome.stdout));
    const unknown = shots.filter(({ state }) => state === 'unknown');
    for (const shot of unknown) await decide(paid, shot);
    decisions += unknown.length;
    assert.equal(shots.filter(({ state }) => state === 'failed').length, 0, outcome.stderr);
  }
  assert.equal(killed, kills, 'it was done before all kills struck');
  assert.equal(shots.length, count);
  const { jobs, creates } = await paid.provider.books();
  const paidFor = Map.groupBy(jobs, ({ prompt }) => prompt);
  for (const { id, prompt, file } of shots) {
    const made = paidFor.get(prompt) ?? [];
    assert.equal(made.length, 1, `${id} was paid for ${made.length} times`);
    const content = await readFile(path.join(paid.cli.environment.VIDEO_WORKSPACE ?? '', file?.path ?? ''));
    assert.equal(createHash('sha256').update(content).digest('hex'), made[0]?.sha256, id);
  }
  assert.equal(jobs.length, count);
  return `seed ${seed}: ${JSON.stringify({ kills: killed, runs, decisions, creates, payments: jobs.length })}`;
}

const PATIENT = { ...timesOf({ sendDeadlineMs: 2_000, timeoutMs: 2_000 }), VIDEO_BUDGET_SECONDS: '100000' };
const KNOWN = { ...RELIABLE_LIST, refuses429BeforeJob: true };

test('300 shots, 15 kills: each is published, and paid for once', { timeout: 300_000 }, async (context) => {
  await using paid = await openPaid({ provider: { ...PHASES, lagMs: 80 }, profile: KNOWN, settings: PATIENT });
  context.diagnostic(await withstandKills(paid, 300, 15, 24));
});

test('a ledger in Postgres: 40 shots, 4 kills', { skip: POSTGRES_MISSING, timeout: 180_000 }, async (context) => {
  await using postgres = await startPostgres();
  const settings = { ...PATIENT, VIDEO_LEDGER: postgres.database() };
  await using paid = await openPaid({ provider: { ...PHASES, lagMs: 80 }, profile: KNOWN, settings });
  context.diagnostic(await withstandKills(paid, 40, 4, 16));
});

test('a chain of six, 10 kills: each shot is made once, and the film is whole', {
  skip: missing('ffmpeg', 'ffprobe'),
  timeout: 240_000,
}, async () => {
  await using studio = await openStudio({ engine: smallAnimatic() });
  await using cli = await openCommandLine({
    VIDEO_BASE_URL: studio.baseUrl,
    VIDEO_SERVER: 'studio',
    VIDEO_POLL_MS: '50',
  });
  const links = [1, 2, 3, 4, 5].map(
    (index) => `  - { id: c${index}, prompt: A harbour at ${index}, continue_from: c${index - 1} }\n`,
  );
  const shots = ['  - { id: c0, prompt: A harbour at dawn }\n', ...links].join('');
  await writeFile(path.join(cli.cwd, 'film.yaml'), `title: Chain\ndefaults: { seconds: 4 }\nshots:\n${shots}`);
  const random = seededRandom(seed);
  const jobs = async (): Promise<unknown[]> => {
    const response = await fetch(`${studio.baseUrl}/videos?limit=100`);
    return JSON.parse(await response.text()).data;
  };
  let film: { path: string } | undefined;
  let kills = 0;
  for (let runs = 0; film === undefined; runs++) {
    assert.ok(runs < 60, 'it never ends');
    const running = cli.start(RUN);
    const due = ((kills + random()) / 10) * KILLED_SHARE * 6;
    const made = async () => (await jobs()).length >= due;
    const outcome = await (kills < 10 ? killedAt(running, made, random() * MOST_DELAY_MS) : running.ended);
    if (outcome.code === null) kills++;
    else if (outcome.code === 0) ({ film } = JSON.parse(outcome.stdout));
  }
  assert.equal(kills, 10);
  assert.equal((await jobs()).length, 6);
  assert.equal(await framesIn(film.path), 144);
});
