import type { Command } from 'commander';
import type { Attempt, Clip } from '../../types/ledger.ts';
import type { Video } from '../../types/video.ts';
import { toToolsetError, VideoToolsetError } from '../errors.ts';
import type { Decision } from '../production/decide.ts';
import { FLEET } from '../production/services.ts';
import type { Runtime } from '../runtime.ts';
import { jobView } from '../tools/view.ts';
import { type Invocation, invoke } from './invocation.ts';
import { oneLine, print, printError, printJson } from './output.ts';
import { spentOfLate } from './spending.ts';

const SHOWN_PROMPT = 48;
const GOES_ON =
  'A worker of the fleet goes on with it within a minute or two, or as soon as its storyboard is run again.';

export function registerLedger(program: Command): void {
  const ledger = program
    .command('ledger [key]')
    .description('what was intended, sent, made and spent')
    .option('--limit <n>', 'newest clips to show', '50')
    .action((key: string | undefined, { limit }, command: Command) =>
      invoke(command, (invocation) => (key === undefined ? showAll(invocation, limit) : showOne(invocation, key))),
    );
  ledger
    .command('decide <key>')
    .description('say what became of a clip whose answer was lost, or whose job is gone')
    .option('--job <id>', 'it is this job of the server')
    .option('--resend', 'make it (again), and pay for it')
    .option('--drop', 'give it up')
    .action((key: string, options, command: Command) =>
      invoke(command, (invocation) => decideOne(invocation, key, decisionOf(options))),
    );
}

async function showAll({ runtime, json }: Invocation, limit: string): Promise<number> {
  if (!/^[1-9]\d{0,5}$/.test(limit)) throw new VideoToolsetError('invalid_argument', '--limit must be a number.');
  const ledger = await runtime.ledger();
  const [clips, orphans] = await Promise.all([ledger.list({ limit: Number(limit) }), ledger.orphans()]);
  const { budget } = runtime.config;
  if (json) {
    const [paid, free] = await Promise.all([ledger.spending(false), ledger.spending(true)]);
    printJson({ clips: clips.map(documentOf), orphans, spent_24h: { paid, free }, budget });
    return 0;
  }
  for (const clip of clips) print(`${lineOf(clip)}\n`);
  if (clips.length === 0) print('The ledger is empty.\n');
  for (const { clip, jobId } of orphans)
    print(`orphan job ${jobId}: the answer to ${clip} came too late; it counts as paid\n`);
  print(`${await spentOfLate(ledger, budget)}\n`);
  return 0;
}

async function showOne({ runtime, json, signal }: Invocation, key: string): Promise<number> {
  const { candidatesOf } = await import('../production/decide.ts');
  const ledger = await runtime.ledger();
  const clip = await clipOf(key, runtime);
  const attempts = await ledger.attempts(key);
  const isOverdue = clip.state === 'sent' && ledger.now() > (clip.quarantineUntil ?? 0);
  const isUndecided = clip.state === 'unknown' || clip.state === 'gone' || isOverdue;
  // The row is shown also while its server cannot be asked.
  const candidates =
    isUndecided && clip.server === runtime.server
      ? await candidatesOf(clip, await servicesFor(clip, runtime), signal).catch((error) =>
          printError(toToolsetError(error).report()),
        )
      : [];
  if (json) {
    printJson({ ...documentOf(clip), attempts, ...(candidates && { candidates: candidates.map(jobView) }) });
    return 0;
  }
  print(`${lineOf(clip)}\n`);
  print(`prompt: ${oneLine(clip.request.parameters.prompt)}\nserver: ${clip.server}\nworkspace: ${clip.workspace}\n`);
  if (clip.error !== undefined) print(`error: ${oneLine(clip.error.message)} (${clip.error.code})\n`);
  if (clip.published !== undefined) print(`published: ${clip.published.url}\n`);
  for (const attempt of attempts) print(`${attemptLine(attempt)}\n`);
  if (!isUndecided) return 0;
  if (candidates !== undefined) printCandidates(candidates);
  print(`Decide: video-toolset ledger decide ${key} --job ID | --resend | --drop\n`);
  return 0;
}

function printCandidates(candidates: Video[]): void {
  print(candidates.length === 0 ? 'No job of that time is in the list of its server.\n' : 'Jobs of that time:\n');
  for (const { id, status, prompt } of candidates) print(`  ${id}  ${status}  ${oneLine(prompt ?? 'no prompt')}\n`);
}

async function decideOne(
  { runtime, json, signal, progress }: Invocation,
  key: string,
  decision: Decision,
): Promise<number> {
  const { decide } = await import('../production/decide.ts');
  const clip = await clipOf(key, runtime);
  const decided = await decide(clip, decision, await servicesFor(clip, runtime), signal);
  if (json) printJson(documentOf(decided));
  else print(`${lineOf(decided)}\n`);
  const isOfFleet = decided.workspace === FLEET;
  if (decided.isOpen) progress.note(isOfFleet ? GOES_ON : 'Go on with: video-toolset produce --resume');
  return 0;
}

/** The pictures of a fleet's clips are where every machine can have them. */
async function servicesFor({ workspace }: Clip, runtime: Runtime): Promise<Runtime> {
  return workspace === FLEET ? (await import('../production/fleet/fleet.ts')).inFleet(runtime) : runtime;
}

async function clipOf(key: string, { ledger }: Runtime): Promise<Clip> {
  const clip = await (await ledger()).get(key);
  if (clip !== undefined) return clip;
  const { noSuchClip } = await import('../production/advance.ts');
  throw noSuchClip(key);
}

function decisionOf({ job, resend, drop }: { job?: string; resend?: boolean; drop?: boolean }): Decision {
  const decisions: Decision[] = [
    ...(job === undefined ? [] : [{ job }]),
    ...(resend === true ? (['resend'] as const) : []),
    ...(drop === true ? (['drop'] as const) : []),
  ];
  const [decision, ...others] = decisions;
  if (decision !== undefined && others.length === 0) return decision;
  throw new VideoToolsetError('invalid_argument', 'Give one of --job ID, --resend and --drop.');
}

function lineOf({ key, state, jobId, createdAt, request }: Clip): string {
  const prompt = Array.from(oneLine(request.parameters.prompt));
  const shown = prompt.length > SHOWN_PROMPT ? `${prompt.slice(0, SHOWN_PROMPT).join('')}…` : prompt.join('');
  return [key, state.padEnd(10), new Date(createdAt).toISOString().slice(0, 19), jobId ?? '-', shown].join('  ');
}

function attemptLine({ number, outcome, startedAt, seconds, usd, isCounted, jobId, detail }: Attempt): string {
  const cost = usd === undefined ? `${seconds ?? '?'} seconds` : `$${usd.toFixed(2)}, ${seconds} seconds`;
  const parts = [`attempt ${number}`, outcome, new Date(startedAt).toISOString().slice(0, 19), cost];
  return [...parts, isCounted ? 'counts' : 'given back', jobId ?? '', oneLine(detail ?? '')].join('  ').trimEnd();
}

/** A row without what only another process needs. */
function documentOf(clip: Clip): Record<string, unknown> {
  const { hash: _hash, idempotencyKey: _idempotencyKey, version: _version, ...shown } = clip;
  return shown;
}
