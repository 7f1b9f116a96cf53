import { withoutControls } from '../controls.ts';
import { durationText } from '../production/storyboard/estimateText.ts';
import type { ShotEvent } from '../production/storyboard/runShots.ts';
import { oneLine } from './output.ts';

const BAR_WIDTH = 20;
const REPAINT_MS = 100;
/** Lines between which a log that nobody watches is not filled. */
const PLAIN_INTERVAL_MS = 10_000;

/** How a storyboard goes, on stderr: a line for each shot at work and one for all; plain lines where it is no terminal. */
export interface StoryboardDisplay {
  /** How many shots are to be made from here. */
  begin(shots: number): void;
  show(event: ShotEvent): void;
  /** Takes the live lines away. */
  end(): void;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;

export function createStoryboardDisplay({
  quiet = false,
  output = process.stderr,
  now = () => performance.now(),
}: {
  quiet?: boolean;
  output?: Output;
  now?: () => number;
} = {}): StoryboardDisplay {
  if (quiet) return { begin: () => undefined, show: () => undefined, end: () => undefined };
  const tally = createTally(now);
  return output.isTTY ? liveLines(output, tally, now) : plainLines(output, tally, now);
}

interface Tally {
  begin(shots: number): void;
  count(event: ShotEvent): void;
  atWork(): ShotEvent[];
  text(): string;
  share(): number;
}

function createTally(now: () => number): Tally {
  const atWork = new Map<string, ShotEvent>();
  let [all, started] = [0, now()];
  const over = { published: 0, failed: 0, other: 0 };
  const sum = () => over.published + over.failed + over.other;
  return {
    begin(shots) {
      [all, started] = [shots, now()];
    },
    count(event) {
      const { shot, state, isOver } = event;
      if (isOver) {
        atWork.delete(shot.id);
        over[state === 'published' || state === 'failed' ? state : 'other']++;
      } else atWork.set(shot.id, { ...atWork.get(shot.id), ...event });
    },
    atWork: () => [...atWork.values()],
    share: () => Math.min(1, sum() / Math.max(1, all)),
    text() {
      const left = Math.max(0, all - sum());
      const leftMs = sum() === 0 ? undefined : ((now() - started) / sum()) * left;
      return [
        `${over.published} of ${all} published`,
        ...(over.failed > 0 ? [`${over.failed} failed`] : []),
        ...(over.other > 0 ? [`${over.other} set aside`] : []),
        ...(leftMs !== undefined && left > 0 ? [`about ${durationText(leftMs)} left`] : []),
      ].join(', ');
    },
  };
}

function liveLines(output: Output, tally: Tally, now: () => number): StoryboardDisplay {
  let lines = 0;
  let painted = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (lines > 0) output.write(`\u001b[${lines}A\r\u001b[J`);
    lines = 0;
  };
  const paint = () => {
    const width = (output.columns || 80) - 1;
    const room = Math.max(1, (output.rows || 24) - 3);
    const events = tally.atWork();
    const shown = events.slice(0, room).map((event) => `${bar((event.percent ?? 0) / 100)} ${describe(event)}`);
    const more = events.length > room ? [`  and ${events.length - room} more`] : [];
    const text = [...shown, ...more, `${bar(tally.share())} ${tally.text()}`].map(
      (line) => `${line.slice(0, width)}\n`,
    );
    clear();
    output.write(text.join(''));
    lines = text.length;
    painted = now();
  };
  return {
    begin: tally.begin,
    show(event) {
      tally.count(event);
      if (event.isOver && event.error !== undefined) {
        clear();
        output.write(`${describe(event)}\n`);
      }
      if (now() - painted >= REPAINT_MS || event.isOver) paint();
    },
    end: clear,
  };
}

function plainLines(output: Output, tally: Tally, now: () => number): StoryboardDisplay {
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

function bar(share: number): string {
  const filled = Math.round(share * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

const WORDS: Record<string, string> = {
  ready: 'is prepared',
  intended: 'is to be sent',
  sent: 'is sent',
  known: 'is made',
  done: 'is made; it is downloaded',
  downloaded: 'is downloaded; it is published',
};

function describe({ shot: { id }, state, url, error }: ShotEvent): string {
  const reason = error === undefined ? '' : `: ${error.message}`;
  return withoutControls(oneLine(`${id} ${WORDS[state] ?? state}${url === undefined ? reason : ` ${url}`}`));
}
