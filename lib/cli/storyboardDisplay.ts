import { durationText } from '../production/storyboard/estimateText.ts';
import type { ShotEvent } from '../production/storyboard/runShots.ts';
import { type LiveOutput, openLiveLines } from './liveLines.ts';
import { oneLine } from './output.ts';

const BAR_WIDTH = 20;
/** Of the line for all, which stands above those of the shots; no id of a shot has a blank. */
const ALL = 'all shots';
/** How often a log is told how far all of it is. */
const PLAIN_INTERVAL_MS = 10_000;

/** How a storyboard goes, on stderr: a line for each shot at work and one for all; plain lines where it is no terminal. */
export interface StoryboardDisplay {
  /** @param shots how many are not at their end */
  begin(shots: number): void;
  show(event: ShotEvent): void;
  /** Takes the live lines away. */
  end(): void;
}

export function createStoryboardDisplay({
  quiet = false,
  output = process.stderr,
  now = () => performance.now(),
}: {
  quiet?: boolean;
  output?: LiveOutput;
  now?: () => number;
} = {}): StoryboardDisplay {
  if (quiet) return { begin: () => undefined, show: () => undefined, end: () => undefined };
  return output.isTTY ? liveDisplay(output, now) : plainDisplay(output, now);
}

function liveDisplay(output: LiveOutput, now: () => number): StoryboardDisplay {
  const lines = openLiveLines(output);
  const tally = createTally(now);
  const showAll = () => lines.set(ALL, `${bar(tally.percent())} ${tally.text()}`);
  return {
    begin(shots) {
      tally.begin(shots);
      showAll();
    },
    show(event) {
      const { shot, isOver, error, percent } = event;
      tally.count(event);
      if (isOver) lines.remove(shot.id);
      else lines.set(shot.id, `${bar(percent ?? 0)} ${describe(event)}`);
      if (error !== undefined) lines.above(describe(event));
      if (isOver) showAll();
    },
    end: lines.clear,
  };
}

function plainDisplay(output: LiveOutput, now: () => number): StoryboardDisplay {
  const tally = createTally(now);
  let told = now();
  return {
    begin: tally.begin,
    show(event) {
      tally.count(event);
      if (!event.isOver) return;
      output.write(`${describe(event)}\n`);
      if (now() - told < PLAIN_INTERVAL_MS) return;
      output.write(`${tally.text()}\n`);
      told = now();
    },
    end: () => undefined,
  };
}

function createTally(now: () => number) {
  let [all, started] = [0, now()];
  let [published, failed, aside] = [0, 0, 0];
  const sum = () => published + failed + aside;
  return {
    begin(shots: number) {
      [all, started] = [shots, now()];
    },
    count({ state, isOver }: ShotEvent) {
      if (!isOver) return;
      if (state === 'published') published++;
      else if (state === 'failed') failed++;
      else aside++;
    },
    percent: () => Math.min(100, (100 * sum()) / Math.max(1, all)),
    /** `12 of 300 published, 1 failed, about 4 minutes left` */
    text(): string {
      const left = Math.max(0, all - sum());
      const leftMs = ((now() - started) / sum()) * left;
      return [
        `${published} of ${all} published`,
        ...(failed > 0 ? [`${failed} failed`] : []),
        ...(aside > 0 ? [`${aside} set aside`] : []),
        ...(sum() > 0 && left > 0 ? [`about ${durationText(leftMs)} left`] : []),
      ].join(', ');
    },
  };
}

function bar(percent: number): string {
  const filled = Math.round((percent / 100) * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

const WORDS: Record<string, string> = {
  ready: 'is prepared',
  intended: 'is to be sent',
  sent: 'was sent',
  known: 'is being made',
  done: 'is made',
  downloaded: 'is downloaded',
};

function describe({ shot: { id }, state, url, error }: ShotEvent): string {
  const reason = error === undefined ? '' : `: ${error.message}`;
  return oneLine(`${id} ${WORDS[state] ?? state}${url === undefined ? reason : ` ${url}`}`);
}
