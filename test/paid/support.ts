import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandLine, type Document, documentOf, type Outcome, openCommandLine } from '../cli/support.ts';
import { type ProviderSettings, startProvider } from './provider.ts';
import type { PaidJob, Provider } from './providerClient.ts';
import type { StopPoint } from './stopAt.ts';

/** Times as short as a test can bear on a busy machine. */
const QUICK = {
  VIDEO_POLL_MS: '50',
  ...timesOf({ sendDeadlineMs: 600, timeoutMs: 1_200 }),
  VIDEO_WAIT_MS: '30000',
  VIDEO_BUDGET_SECONDS: '100000',
};

/** How long a request may take, and so how long a lost answer is waited for. */
export function timesOf({ sendDeadlineMs, timeoutMs }: Record<'sendDeadlineMs' | 'timeoutMs', number>) {
  return {
    VIDEO_SEND_DEADLINE_MS: String(sendDeadlineMs),
    VIDEO_TIMEOUT_MS: String(timeoutMs),
    VIDEO_QUARANTINE_MS: String(sendDeadlineMs + timeoutMs + 100),
  };
}

/** Set it to have the same kills again. */
export const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** Pauses that are long enough for a program to be killed in each phase of its work. */
export const PHASES = { acceptMs: 40, answerMs: 40, bodyMs: 30, jobMs: 150, contentMs: 40 };

/** What is to be known of a server whose list can be relied on. */
export const RELIABLE_LIST = { listEchoesPrompt: true, listComplete: true, listLagMs: 100 };

/** The program that makes many calls at once. */
export const BATCH = fileURLToPath(new URL('./batch.ts', import.meta.url));

/** The environment of a program that stops, or ends, at a point of a clip's way. */
export function stopAt(point: StopPoint, signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL'): Record<string, string> {
  const preload = new URL('./stopAt.ts', import.meta.url).href;
  return { TEST_STOP: point, TEST_SIGNAL: signal, NODE_OPTIONS: `--import=${preload}` };
}

export interface PaidOptions {
  provider?: Partial<ProviderSettings>;
  /** What the user states about the server. @default nothing */
  profile?: object;
  settings?: Record<string, string>;
}

/** The command line, and the server that it pays. */
export interface Paid extends AsyncDisposable {
  provider: Provider;
  cli: CommandLine;
}

export async function openPaid({ provider: behaviour, profile, settings }: PaidOptions = {}): Promise<Paid> {
  const provider = await startProvider(behaviour);
  const cli = await openCommandLine({
    ...QUICK,
    VIDEO_BASE_URL: provider.baseUrl,
    ...(profile && { VIDEO_PROFILE: JSON.stringify(profile) }),
    ...settings,
  });
  return {
    provider,
    cli,
    async [Symbol.asyncDispose]() {
      await cli[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

/** The arguments that wish for a clip; the same session, the same clip. */
export function wish(prompt: string, session = 'a session'): string[] {
  return ['produce', prompt, '--seconds', '4', '--session', session, '--json'];
}

/** The arguments that go on with whatever is open. */
export const RESUME = ['produce', '--resume', '--json'];

export type Published = NonNullable<Document['published']>[number];

/** The one clip that a run published; fails where it did not. */
export function publishedBy(outcome: Outcome): Published {
  assert.equal(outcome.code, 0, outcome.stderr);
  const [published, ...more] = documentOf(outcome).published ?? [];
  assert.ok(published && more.length === 0, outcome.stdout);
  return published;
}

/** Does nobody know what became of the clip? */
export function isUnknown(outcome: Outcome): boolean {
  return outcome.code !== 0 && documentOf(outcome).error?.code === 'outcome_unknown';
}

/** The newest row of the ledger for a prompt. */
export async function clipOf({ cli }: Paid, prompt: string): Promise<NonNullable<Document['clips']>[number]> {
  const { clips = [] } = documentOf(await cli.run(['ledger', '--json', '--limit', '100000']));
  const clip = clips.find(({ request }) => request.parameters.prompt === prompt);
  return clip ?? assert.fail(`The ledger does not know of ${prompt}.`);
}

/** Another user's job, newer than a clip's can be, shows that the list has caught up. */
export async function showNewer({ provider }: Paid): Promise<void> {
  const body = JSON.stringify({ prompt: 'A newer one', seconds: '4' });
  await fetch(`${provider.baseUrl}/videos`, { method: 'POST', body });
}

/** Wishes until the clip is published, on a server whose list others fill, too. */
export async function publishedAtLast(paid: Paid, prompt: string): Promise<Published> {
  for (let turn = 0; turn < 10; turn++) {
    const outcome = await paid.cli.run(wish(prompt));
    if (!isUnknown(outcome)) return publishedBy(outcome);
    await showNewer(paid);
  }
  return assert.fail(`${prompt}: it stays unknown`);
}

/** The clip was paid for once, and lies where it is said to, as the server made it. */
export async function assertPaidOnce({ provider, cli }: Paid, prompt: string, published: Published): Promise<PaidJob> {
  const [job, ...more] = await provider.paid(prompt);
  assert.ok(job && more.length === 0, `${prompt} was paid for ${more.length + (job ? 1 : 0)} times`);
  assert.deepEqual([published.bytes, published.sha256, published.content_type], [job.bytes, job.sha256, 'video/mp4']);
  for (const location of [published.path, fileURLToPath(published.url)]) {
    const content = await readFile(path.resolve(cli.environment.VIDEO_WORKSPACE ?? '', location));
    assert.equal(createHash('sha256').update(content).digest('hex'), job.sha256, `${prompt}: ${location}`);
  }
  return job;
}
