import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openPaid, type Paid, type PaidOptions } from '../paid/support.ts';
import type { Outcome } from './support.ts';

interface BoardDocument {
  storyboard: string;
  totals: { shots: number; states: Record<string, number>; usd?: number };
  shots: { id: string; state: string; clip?: string; published?: { url: string }; error?: { message: string } }[];
  estimate?: { shots: number; seconds: number; usd?: number };
  requests?: { shot: string; path: string; fields: Record<string, unknown> }[];
  manifest?: string;
  contact_sheet?: string;
  error?: { code: string; shot?: string };
}

function documentOf({ stdout }: Outcome): BoardDocument {
  return JSON.parse(stdout);
}

const BOATS = `title: Boats
defaults: { seconds: 4, model: sora-2 }
output: { concatenate: false }
shots:
  - { id: red, prompt: A red boat }
  - { id: blue, prompt: A blue boat }
  - { id: green, prompt: A green boat }
`;

/** The command line beside a paid server, with a storyboard in its folder. */
async function openBoard(text = BOATS, options: PaidOptions = {}): Promise<Paid> {
  const paid = await openPaid(options);
  await writeFile(path.join(paid.cli.cwd, 'boats.yaml'), text);
  return paid;
}

test('a storyboard is run once: its addresses stand on stdout, and run again it sends nothing', async () => {
  await using paid = await openBoard();
  const { cli, provider } = paid;
  const first = await cli.run(['storyboard', 'run', 'boats.yaml']);
  assert.equal(first.code, 0, first.stderr);
  const addresses = first.stdout.trimEnd().split('\n');
  assert.equal(addresses.length, 3);
  for (const address of addresses) assert.ok(existsSync(fileURLToPath(address)), address);
  assert.match(first.stderr, /^To be made: 3 clips, 12 seconds, about \$1\.20\.$/m);
  assert.match(first.stderr, /^red published file:/m);
  assert.match(first.stderr, /^3 of 3 shots are published \(\$1\.20\)\.$/m);
  const second = await cli.run(['storyboard', 'run', 'boats.yaml']);
  assert.deepEqual([second.code, second.stdout], [0, first.stdout]);
  assert.match(second.stderr, /^Of 3 shots 3 have their clip, 0 are to be made\.$/m);
  assert.equal((await provider.books()).creates, 3);
});

test('--json prints one document, which the manifest and the page in the workspace repeat', async () => {
  await using paid = await openBoard();
  const outcome = await paid.cli.run(['storyboard', 'run', 'boats.yaml', '--json', '--quiet']);
  assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
  const { storyboard, totals, shots, manifest = '', contact_sheet = '' } = documentOf(outcome);
  assert.deepEqual([totals.shots, totals.states, totals.usd?.toFixed(2)], [3, { published: 3 }, '1.20']);
  const kept: BoardDocument & { title: string } = JSON.parse(await readFile(manifest, 'utf8'));
  assert.deepEqual([kept.storyboard, kept.title, kept.shots], [storyboard, 'Boats', shots]);
  assert.match(await readFile(contact_sheet, 'utf8'), /<h2>blue <span class="published">/);
  const status = documentOf(await paid.cli.run(['storyboard', 'status', storyboard, '--json']));
  assert.deepEqual([status.totals, status.shots], [totals, shots]);
});

test('a changed file makes what changed anew, and says what it costs', async () => {
  await using paid = await openBoard();
  const { cli, provider } = paid;
  const clips = async () => documentOf(await cli.run(['storyboard', 'run', 'boats.yaml', '--json'])).shots;
  const [red, blue] = await clips();
  const changed = BOATS.replace('A red boat', 'A yellow boat').replace('id: blue', 'id: azure');
  await writeFile(path.join(cli.cwd, 'boats.yaml'), changed);
  const check = documentOf(await cli.run(['storyboard', 'check', 'boats.yaml', '--json']));
  assert.deepEqual([check.estimate?.shots, check.estimate?.usd?.toFixed(2)], [1, '0.40']);
  const outcome = await cli.run(['storyboard', 'run', 'boats.yaml', '--json']);
  assert.match(
    outcome.stderr,
    /^Of 3 shots 2 have their clip, 1 are to be made\.\nClips that no shot wants any more: 1\./m,
  );
  const [yellow, azure] = documentOf(outcome).shots;
  assert.deepEqual([azure?.id, azure?.clip], ['azure', blue?.clip]);
  assert.notEqual(yellow?.clip, red?.clip);
  assert.equal((await provider.books()).creates, 4);
  await writeFile(path.join(cli.cwd, 'boats.yaml'), BOATS);
  assert.deepEqual((await clips())[0]?.clip, red?.clip, 'what it was before is found again');
  assert.equal((await provider.books()).creates, 4);
});

test('check and --dry-run send nothing, and show what would be', async () => {
  const chained = `${BOATS}  - { id: next, prompt: It sails on, continue_from: red }\n`;
  await using paid = await openBoard(chained, { profile: { listEchoesPrompt: true } });
  const { cli, provider } = paid;
  const check = await cli.run(['storyboard', 'check', 'boats.yaml']);
  assert.equal(check.code, 0, check.stderr);
  assert.match(
    check.stdout,
    /^Boats \(boats-[0-9a-f]{8}\) is in order: 4 shots\. To be made: 4 clips, 16 seconds, about \$1\.60\.\n$/,
  );
  const dry = await cli.run(['storyboard', 'run', 'boats.yaml', '--dry-run']);
  assert.equal(
    dry.stdout.split('\n')[3],
    'next: POST /videos {"prompt":"It sails on","model":"sora-2","seconds":"4","input_reference":"<the last frame of red>"}',
  );
  const { requests } = documentOf(await cli.run(['storyboard', 'run', 'boats.yaml', '--dry-run', '--json']));
  assert.deepEqual(requests?.[0]?.fields, { prompt: 'A red boat', model: 'sora-2', seconds: '4' });
  assert.equal((await cli.run(['storyboard', 'status'])).stdout, 'There is no storyboard of this workspace yet.\n');
  assert.equal((await provider.books()).creates, 0);
});

test('what is wrong is told before anything is sent', async () => {
  await using paid = await openBoard(BOATS.replace('prompt: A blue boat', 'promt: A blue boat'));
  const { cli, provider } = paid;
  for (const command of ['run', 'check']) {
    const { code, stderr } = await cli.run(['storyboard', command, 'boats.yaml']);
    assert.equal(code, 2);
    assert.match(stderr, /^Error: boats\.yaml, line 6, column 17: there is no "promt" here; prompt was meant\?$/m);
  }
  for (const [args, message] of [
    [['run', 'none.yaml'], /The storyboard none\.yaml cannot be read/],
    [['status', 'nothing'], /There is no storyboard and no file "nothing"/],
    [['resume', 'nothing'], /There is no storyboard and no file "nothing"/],
    [['run', 'boats.yaml', '--concurrency', 'many'], /there is no "promt"|--concurrency must be a whole number/],
  ] as const) {
    const { code, stderr } = await cli.run(['storyboard', ...args]);
    assert.ok(code === 1 || code === 2, String(code));
    assert.match(stderr, message);
  }
  assert.equal((await provider.books()).creates, 0);
});

test('a shot that failed is told, and is made anew when that is asked for', async () => {
  await using paid = await openBoard(BOATS.replace('A blue boat', '"A blue boat [fails]"'));
  const { cli, provider } = paid;
  const outcome = await cli.run(['storyboard', 'run', 'boats.yaml']);
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /^blue failed: The GPU ran out of memory\.$/m);
  const [, id = ''] = /video-toolset storyboard retry (\S+) --failed/.exec(outcome.stderr) ?? [];
  assert.match(
    (await cli.run(['storyboard', 'status', 'boats.yaml'])).stdout,
    /^blue +failed +The GPU ran out of memory\.$/m,
  );
  assert.equal((await cli.run(['storyboard', 'resume', id])).code, 1, 'it is not made anew by itself');
  assert.equal((await provider.books()).creates, 3);
  const retried = await cli.run(['storyboard', 'retry', id, '--failed', '--json']);
  assert.match(retried.stderr, /^Failed shots that are made anew: 1\.$/m);
  assert.equal((await provider.books()).creates, 4);
  assert.equal((await cli.run(['storyboard', 'retry', id])).code, 2, 'what is to be tried again must be said');
});

test('over the budget it ends with 3 and names the shot; with more, resume goes on', async () => {
  await using paid = await openBoard(BOATS, { settings: { VIDEO_BUDGET_USD: '0.8' } });
  const { cli, provider } = paid;
  const outcome = await cli.run(['storyboard', 'run', 'boats.yaml', '--concurrency', '1', '--json']);
  assert.equal(outcome.code, 3, outcome.stderr);
  const { error, totals, storyboard } = documentOf(outcome);
  assert.deepEqual([error?.code, error?.shot, totals.states], ['over_budget', 'green', { published: 2, ready: 1 }]);
  const resumed = await cli.run(['storyboard', 'resume', storyboard], { env: { VIDEO_BUDGET_USD: '2' } });
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal((await provider.books()).creates, 3);
});

test('above the price that was agreed it asks, once; --yes is a yes', async () => {
  await using paid = await openBoard(BOATS, { settings: { VIDEO_APPROVE_USD: '1' } });
  const { cli, provider } = paid;
  const asked = await cli.run(['storyboard', 'run', 'boats.yaml', '--json']);
  assert.equal(asked.code, 3);
  assert.match(asked.stderr, /3 clips, 12 seconds, about \$1\.20; nobody can be asked here\. Nothing was sent\./);
  assert.equal((await provider.books()).creates, 0);
  assert.equal((await cli.run(['storyboard', 'run', 'boats.yaml', '--yes'])).code, 0);
});

test('what nobody agreed to is not written down, so that no program that is at work on it begins it', async () => {
  const settings = { VIDEO_APPROVE_USD: '1' };
  await using paid = await openBoard(BOATS, { settings, provider: { jobMs: 60_000 } });
  const { cli, provider } = paid;
  const running = cli.start(['storyboard', 'run', 'boats.yaml', '--yes', '--json']);
  await running.line(/^To be made: 3 clips/);
  const more = [1, 2, 3, 4].map((index) => `  - { prompt: Boat ${index} }\n`).join('');
  await writeFile(path.join(cli.cwd, 'boats.yaml'), BOATS + more);
  assert.equal((await cli.run(['storyboard', 'run', 'boats.yaml'])).code, 3);
  await provider.set({ jobMs: 0 });
  assert.deepEqual(documentOf(await running.ended).totals.states, { published: 3 });
  assert.equal((await provider.books()).creates, 3);
});

test('failed shots whose price nobody agreed to stay as they are', async () => {
  const failing = BOATS.replaceAll(/prompt: (A \w+ boat)/g, 'prompt: "$1 [fails]"');
  await using paid = await openBoard(failing, { settings: { VIDEO_APPROVE_USD: '1' } });
  const { cli, provider } = paid;
  assert.equal((await cli.run(['storyboard', 'run', 'boats.yaml', '--yes'])).code, 1);
  assert.equal((await cli.run(['storyboard', 'retry', 'boats.yaml', '--failed'])).code, 3);
  const { totals } = documentOf(await cli.run(['storyboard', 'status', 'boats.yaml', '--json']));
  assert.deepEqual(totals.states, { failed: 3 });
  assert.equal((await provider.books()).creates, 3);
});

test('time that runs out ends with 4, Ctrl-C with 130, and resume goes on from there', async () => {
  await using paid = await openBoard(BOATS, { provider: { jobMs: 60_000 } });
  const { cli, provider } = paid;
  const running = cli.start(['storyboard', 'run', 'boats.yaml']);
  await running.line(/^To be made: 3 clips/);
  running.child.kill('SIGINT');
  const stopped = await running.ended;
  assert.equal(stopped.code, 130, stopped.stderr);
  const [, id = ''] = /Go on with: video-toolset storyboard resume (\S+)/.exec(stopped.stderr) ?? [];
  const late = await cli.run(['storyboard', 'resume', id, '--timeout', '5']);
  assert.equal(late.code, 4, late.stderr);
  assert.match((await cli.run(['storyboard', 'status', id])).stdout, /3 known/);
  await provider.set({ jobMs: 0 });
  assert.equal((await cli.run(['storyboard', 'resume', 'boats.yaml'])).code, 0);
  assert.equal((await provider.books()).creates, 3);
});

test('two programs that run the same storyboard at once pay for it once', async () => {
  const shots = Array.from({ length: 20 }, (_, index) => `  - { prompt: Boat ${index} }\n`).join('');
  const text = `title: Many\ndefaults: { seconds: 4 }\noutput: { concatenate: false }\nshots:\n${shots}`;
  await using paid = await openBoard(text, { provider: { answerMs: 30, jobMs: 100 } });
  const { cli, provider } = paid;
  const outcomes = await Promise.all([1, 2].map(() => cli.run(['storyboard', 'run', 'boats.yaml', '--json'])));
  for (const outcome of outcomes) assert.ok(outcome.code === 0 || outcome.code === 4, outcome.stderr);
  const { totals } = documentOf(await cli.run(['storyboard', 'run', 'boats.yaml', '--json']));
  assert.deepEqual(totals.states, { published: 20 });
  assert.equal((await provider.books()).jobs.length, 20);
});

test('a planner makes many clips as one storyboard', async () => {
  await using paid = await openPaid();
  const { cli, provider } = paid;
  const { code, stdout, stderr } = await cli.run(['plan', 'Five 4-second clips about tea. Publish them.', '--json']);
  assert.equal(code, 0, stderr);
  const { published, tool_calls } = JSON.parse(stdout);
  assert.deepEqual(
    [published.length, tool_calls.map(({ name }: { name: string }) => name)],
    [5, ['storyboard_produce']],
  );
  assert.equal((await provider.books()).creates, 5);
});
