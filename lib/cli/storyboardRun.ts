import { VideoToolsetError } from '../errors.ts';
import { FLEET } from '../production/services.ts';
import { canGoOn } from '../production/storyboard/canGoOn.ts';
import type { StoryboardRun } from '../production/storyboard/runStoryboard.ts';
import type { Invocation } from './invocation.ts';
import { exitCodeOf, print, printError, printJson, shownPath, tell } from './output.ts';
import { createStoryboardDisplay } from './storyboardDisplay.ts';
import { documentOf, linesOf } from './storyboardStatus.ts';

export interface RunSettings {
  concurrency?: string;
  failFast?: boolean;
  timeout?: string;
}

/** Runs a storyboard in sight of a person. @returns the exit code */
export async function runOnTerminal(
  written: () => Promise<string>,
  settings: RunSettings,
  invocation: Invocation,
): Promise<number> {
  const { runtime, quiet, progress, signal, approve } = invocation;
  const concurrency = numberOf('--concurrency', settings.concurrency, 1_000);
  const seconds = numberOf('--timeout', settings.timeout, 2_000_000);
  const [{ runStoryboard }, { estimateText }] = await Promise.all([
    import('../production/storyboard/runStoryboard.ts'),
    import('../production/storyboard/estimateText.ts'),
  ]);
  const id = await written();
  const display = createStoryboardDisplay({ quiet });
  let isInTrouble = false;
  const run = await runStoryboard(id, runtime, {
    ...{ signal, concurrency, failFast: settings.failFast, ...(approve && { approve }) },
    ...(seconds !== undefined && { limitMs: seconds * 1_000 }),
    onBegin(wanted, open) {
      if (wanted.shots > 0) progress.note(`To be made: ${estimateText(wanted)}.`);
      display.begin(open);
    },
    onEvent(event) {
      isInTrouble ||= event.isOver && event.error !== undefined;
      display.show(event);
    },
  }).finally(display.end);
  return await tellRun(run, isInTrouble, invocation);
}

/** What a run came to. @param isInTrouble did a shot stop before its end? @returns the exit code */
export async function tellRun(run: StoryboardRun, isInTrouble: boolean, invocation: Invocation): Promise<number> {
  const { runtime, json, quiet, signal } = invocation;
  if (json) printJson({ ...(await documentOf(run.board, invocation, run)), ...errorOf(run) });
  else for (const line of await linesOf(run, runtime)) print(`${line}\n`);
  if (!quiet) summarise(run, invocation);
  const { stoppedBy, filmError, totals } = run;
  for (const error of [stoppedBy?.error, filmError]) if (error !== undefined) printError(error.report());
  if (signal.aborted) return 130;
  if (stoppedBy !== undefined) return exitCodeOf(stoppedBy.error.code);
  const { published = 0, failed = 0, unknown = 0, gone = 0 } = totals.states;
  if (failed + unknown + gone > 0 || filmError !== undefined || isInTrouble) return 1;
  return published < totals.shots ? 4 : 0;
}

function errorOf({ stoppedBy, filmError }: StoryboardRun): object {
  const error = stoppedBy?.error ?? filmError;
  return error === undefined ? {} : { error: { ...error.report(), ...(stoppedBy?.shot && { shot: stoppedBy.shot }) } };
}

function summarise({ board, totals, film, contact_sheet, stoppedBy }: StoryboardRun, { runtime }: Invocation): void {
  const { shots, states, usd, seconds } = totals;
  const { published = 0, failed = 0, unknown = 0, gone = 0 } = states;
  const cost = usd === undefined ? `${seconds} seconds` : `$${usd.toFixed(2)}`;
  const lines = [`${published} of ${shots} shots are published (${cost}).`];
  if (stoppedBy?.shot !== undefined) lines.push(`It ended at the shot ${stoppedBy.shot}.`);
  if (film !== undefined) lines.push(`Film: ${shownPath(film.file.path, runtime.workspace)}`);
  lines.push(`Contact sheet: ${shownPath(contact_sheet, runtime.workspace)}`);
  if (unknown + gone > 0) lines.push('What became of some clips only a person can tell: video-toolset ledger');
  const place = board.workspace === FLEET ? ' --fleet …' : '';
  if (failed > 0) lines.push(`Make anew what failed: video-toolset storyboard retry ${board.id} --failed${place}`);
  if (canGoOn(states)) lines.push(`Go on with: video-toolset storyboard resume ${board.id}${place}`);
  tell(`${lines.join('\n')}\n`);
}

export function numberOf(option: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new VideoToolsetError('invalid_argument', `${option} must be a whole number from 1 to ${most}.`);
}
