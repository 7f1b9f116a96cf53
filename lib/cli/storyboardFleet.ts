import { VideoToolsetError } from '../errors.ts';
import { requireShared } from '../production/fleet/fleet.ts';
import type { FleetState } from '../production/fleet/watch.ts';
import type { Invocation } from './invocation.ts';
import { oneLine, printJson, tell } from './output.ts';
import { numberOf, type RunSettings, tellRun } from './storyboardRun.ts';

const PLAIN_INTERVAL_MS = 10_000;
/** When it is time to ask whether anybody works at all. */
const IDLE_MS = 30_000;

export interface FleetSettings {
  fleet?: string;
  window?: string;
  detach?: boolean;
}

/** @throws VideoToolsetError for options that say nothing here, and for what only this machine has */
export function requireFleetOrNot(settings: RunSettings & FleetSettings, { runtime }: Invocation): void {
  const { fleet, window, detach, concurrency, failFast } = settings;
  if (fleet !== undefined) requireShared(runtime.config);
  const wrong =
    fleet === undefined
      ? [window !== undefined && '--window', detach && '--detach'].find(Boolean)
      : [concurrency !== undefined && '--concurrency', failFast && '--fail-fast'].find(Boolean);
  if (!wrong) return;
  const reason = fleet === undefined ? 'needs --fleet' : 'is not for --fleet: workers have --concurrency of their own';
  throw new VideoToolsetError('invalid_argument', `${wrong} ${reason}.`);
}

/** Hands a storyboard to the workers of a fleet, and looks on. @returns the exit code */
export async function runFleetOnTerminal(
  written: () => Promise<string>,
  settings: RunSettings & FleetSettings,
  invocation: Invocation,
): Promise<number> {
  const { runtime, json, quiet, progress, signal, approve } = invocation;
  const window = numberOf('--window', settings.window, 100_000);
  const seconds = numberOf('--timeout', settings.timeout, 2_000_000);
  const [{ openQueue }, { beginInFleet, runInFleet }, { estimateText }] = await Promise.all([
    import('../production/fleet/queue.ts'),
    import('../production/fleet/runFleet.ts'),
    import('../production/storyboard/estimateText.ts'),
  ]);
  await using queue = await openQueue(runtime.config.ledger, runtime.server, {});
  const id = await written();
  const limit = seconds === undefined ? undefined : AbortSignal.timeout(seconds * 1_000);
  const options = {
    ...{ window, signal: limit === undefined ? signal : AbortSignal.any([signal, limit]) },
    ...(approve && { approve }),
    onBegin: (wanted: Parameters<typeof estimateText>[0]) => {
      if (wanted.shots > 0) progress.note(`To be made: ${estimateText(wanted)}.`);
    },
  };
  if (settings.detach) {
    await beginInFleet(id, queue, runtime, options);
    if (json) printJson({ storyboard: id });
    progress.note(`The fleet makes it. See how far it is: video-toolset storyboard status ${id} --fleet …`);
    return 0;
  }
  const display = createFleetDisplay(quiet);
  const run = await runInFleet(id, queue, runtime, { ...options, onState: display.show }).finally(display.end);
  if (run.isBrokenOff) progress.note('The fleet goes on with it.');
  return await tellRun(run, false, invocation);
}

/** One line for all shots: live on a terminal, now and then elsewhere. */
function createFleetDisplay(quiet: boolean): { show(state: FleetState): void; end(): void } {
  const { stderr } = process;
  let told = { text: '', at: Number.NEGATIVE_INFINITY };
  let moved = { text: '', at: performance.now() };
  const line = (text: string): void => {
    if (stderr.isTTY) stderr.write(`\r\u001b[2K${oneLine(text).slice(0, (stderr.columns || 80) - 1)}`);
    else tell(`${oneLine(text)}\n`);
  };
  return {
    show(state) {
      const now = performance.now();
      const text = textOf(state);
      if (text !== moved.text) moved = { text, at: now };
      const isIdle =
        now - moved.at > IDLE_MS && state.trouble === undefined && (state.states.ready ?? 0) === state.open;
      const shown = isIdle ? `${text}. Is a worker there for this server? video-toolset worker --fleet …` : text;
      if (quiet || shown === told.text || (!stderr.isTTY && now - told.at < PLAIN_INTERVAL_MS)) return;
      told = { text: shown, at: now };
      line(shown);
    },
    end() {
      if (!quiet && stderr.isTTY) stderr.write('\r\u001b[2K');
    },
  };
}

function textOf({ states, stuck, trouble }: FleetState): string {
  const { published = 0, failed = 0, ready = 0, waiting = 0, unknown = 0, gone = 0, ...atWork } = states;
  const busy = Object.values(atWork).reduce((sum, count) => sum + count, 0);
  const all = published + failed + ready + waiting + unknown + gone + busy;
  const parts: [number, string][] = [
    [failed, 'failed'],
    [busy, 'at work'],
    [ready + waiting, 'to come'],
    [unknown + gone, 'for a person to decide'],
    [stuck, 'put aside'],
  ];
  const rest = parts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  const reason = trouble === undefined ? '' : `; ${trouble.shot}: ${trouble.message}`;
  return `${[`${published} of ${all} published`, ...rest].join(', ')}${reason}`;
}
