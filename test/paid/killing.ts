import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Document, documentOf, type Outcome, type Running } from '../cli/support.ts';
import { seededRandom } from '../faults/random.ts';
import { assertPaidOnce, BATCH, clipOf, type Paid, RESUME, showNewer, wish } from './support.ts';

export interface Tally {
  kills: number;
  /** How the clips stood in the ledger when their program was killed; nothing of it is known over Postgres. */
  killedAt: Record<string, number>;
  clips: number;
  /** Creates that were paid for, beside those of others. */
  payments: number;
  /** How often a program ended with a clip `unknown`, and how often a person said what became of one. */
  unknowns: number;
  decisions: number;
  /** Answers that came when another program had already taken over. */
  orphans: number;
}

export interface KillOptions {
  seed: number;
  kills: number;
  /** Clips that one program makes. @default 1 */
  clips?: number;
  /** Rounds at once, over one ledger. @default 1 */
  atOnce?: number;
  /** Words of which every other prompt holds one. @default none */
  faults?: readonly string[];
  /** May a person be asked? Otherwise all settles by itself once the list has caught up. @default false */
  isPersonAsked?: boolean;
  /** Starts a program that makes these clips, or goes on with them. @default the command line, or a batch */
  start?: (prompts: readonly string[]) => Running;
}

const MOST_TURNS = 100;
/** Of a program's life, within which it is killed: most are, and some come to their end. */
export const SPAN = 1.2;

/**
 * Rounds of programs that make clips: each is killed at a random instant, and the next goes on, until every clip of the
 * round is published, paid for once, and as the server made it. There are rounds until there were enough kills.
 */
export async function killPrograms(paid: Paid, options: KillOptions): Promise<Tally> {
  const { seed, kills, clips = 1, atOnce = 1, faults = [], isPersonAsked = false } = options;
  const random = seededRandom(seed);
  const mark = `A boat ${seed}.`;
  const start = options.start ?? ((prompts: readonly string[]) => startProgram(paid, prompts));
  const tally: Tally = { kills: 0, killedAt: {}, clips: 0, payments: 0, unknowns: 0, decisions: 0, orphans: 0 };

  const newPrompt = (): string => {
    const isFaulty = tally.clips >= clips * atOnce && random() < 0.5;
    const fault = isFaulty ? faults[Math.floor(random() * faults.length)] : undefined;
    return [mark, ++tally.clips, fault].filter(Boolean).join(' ');
  };

  const round = async (spanMs?: number): Promise<void> => {
    const prompts = Array.from({ length: clips }, newPrompt);
    const left = new Set(prompts);
    for (let turn = 0; left.size > 0; turn++) {
      assert.ok(turn < MOST_TURNS, `it never ends: ${[...left]}`);
      const isResumed = turn > 0 && options.start === undefined && random() < 0.3;
      const running = isResumed ? paid.cli.start(RESUME) : start(prompts);
      const isSpared = spanMs === undefined || tally.kills >= kills;
      const outcome = await killedAfter(running, isSpared ? undefined : random() * spanMs);
      if (outcome.code === null) {
        tally.kills++;
        for (const state of statesOf(paid, prompts)) tally.killedAt[state] = (tally.killedAt[state] ?? 0) + 1;
      } else if (!isResumed) {
        for (const [index, document] of documentsOf(outcome).entries())
          await judge(prompts[index] ?? '', document, left);
      }
    }
  };

  const judge = async (prompt: string, { published, error }: Document, left: Set<string>): Promise<void> => {
    if (!left.has(prompt)) return;
    const [file] = published ?? [];
    if (file !== undefined) {
      await assertPaidOnce(paid, prompt, file);
      left.delete(prompt);
    } else if (error?.code === 'outcome_unknown') {
      tally.unknowns++;
      await (isPersonAsked ? decide(prompt) : showNewer(paid));
    } else assert.equal(error, undefined, prompt);
  };

  /** As a person would: by the server's own word of what it made. */
  const decide = async (prompt: string): Promise<void> => {
    const { key, state } = await clipOf(paid, prompt);
    if (state !== 'unknown') return;
    const [job] = await paid.provider.paid(prompt);
    const verdict = job === undefined ? ['--resend'] : ['--job', job.id];
    const { code, stderr } = await paid.cli.run(['ledger', 'decide', key, ...verdict]);
    assert.equal(code, 0, stderr);
    tally.decisions++;
  };

  const started = performance.now();
  await Promise.all(Array.from({ length: atOnce }, () => round()));
  const spanMs = SPAN * (performance.now() - started);
  const worker = async (): Promise<void> => {
    while (tally.kills < kills) await round(spanMs);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const { jobs } = await paid.provider.books();
  tally.payments = jobs.filter(({ prompt }) => prompt.startsWith(mark)).length;
  tally.orphans = documentOf(await paid.cli.run(['ledger', '--json'])).orphans?.length ?? 0;
  assert.equal(tally.payments, tally.clips);
  return tally;
}

/** How these clips stand in the ledger's file, `absent` where it does not know of one. */
function statesOf({ cli }: Paid, prompts: readonly string[]): string[] {
  const file = path.join(cli.environment.VIDEO_STATE ?? '', 'ledger.db');
  if (cli.environment.VIDEO_LEDGER !== undefined || !existsSync(file)) return [];
  using database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
  const state = database.prepare("SELECT state FROM clips WHERE json_extract(parameters, '$.prompt') = ?");
  return prompts.map((prompt) => String(state.get(prompt)?.state ?? 'absent'));
}

/** @returns code null where it was killed before it ended */
export async function killedAfter({ child, ended }: Running, ms: number | undefined): Promise<Outcome> {
  const timer = ms === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), ms);
  const outcome = await ended;
  clearTimeout(timer);
  return outcome;
}

function startProgram({ cli }: Paid, prompts: readonly string[]): Running {
  const [only, ...more] = prompts;
  if (only !== undefined && more.length === 0) return cli.start(wish(only));
  const inputs = prompts.map((prompt) => ({ prompt, seconds: '4' }));
  return cli.start(['video_produce', JSON.stringify(inputs)], { program: BATCH });
}

/** One for each prompt; a program that ends by itself always tells. */
function documentsOf({ stdout, stderr }: Outcome): Document[] {
  assert.notEqual(stdout, '', stderr);
  return [JSON.parse(stdout)].flat();
}
