import type { ProgressReport } from '../../types/tool.ts';
import { withoutControls } from '../controls.ts';
import { type LiveOutput, openLiveLines } from './liveLines.ts';
import { oneLine } from './output.ts';

/** With the id of a usual job and its state, a line still fits 80 columns. */
const BAR_WIDTH = 20;
const PLAIN_INTERVAL_MS = 2_000;
const ENDED = ['completed', 'failed', 'cancelled', 'expired'];

/** What goes on, on stderr: a live line for each running job on a terminal, plain lines elsewhere, nothing when quiet. */
export interface Progress {
  /** @param call what reports it, where several do */
  report(report: ProgressReport, call?: string): void;
  /** That call is over; the next report of a file that another one of the same name moves brings its line back. */
  ended(call: string): void;
  /** What is done while no job has a line; on a terminal only, until one has. */
  busy(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Nothing is written while something else has the terminal, such as a question; what was to be said is said after it. */
  during<T>(task: () => Promise<T>): Promise<T>;
  /** Takes the live lines away, so that something else can be printed. */
  end(): void;
}

const ignore = () => undefined;
const SILENT: Progress = {
  ...{ report: ignore, ended: ignore, busy: ignore, note: ignore, end: ignore },
  during: (task) => task(),
};
/** Of the line that stands where no job has one. */
const BUSY = 'busy';

export function createProgress({
  quiet = false,
  output = process.stderr,
}: {
  quiet?: boolean;
  output?: LiveOutput;
} = {}): Progress {
  if (quiet) return SILENT;
  return output.isTTY ? liveProgress(output) : plainLines(output);
}

function liveProgress(output: LiveOutput): Progress {
  const lines = openLiveLines(output);
  /** The lines of files that are moved, by what moves them; a job tells its own end. */
  const moving = new Map<string, string>();
  const held: string[] = [];
  let holders = 0;
  return {
    report(report, call = '') {
      const key = report.job_id ?? report.phase;
      if (report.phase === 'waiting') moving.delete(key);
      else moving.set(key, call);
      if (hasEnded(report)) lines.remove(key);
      else lines.set(key, `${bar(report.percent)} ${describe(report)}`, BUSY);
    },
    ended(call) {
      for (const [key, mover] of moving) {
        if (mover === call && moving.delete(key)) lines.remove(key);
      }
    },
    busy: (text) => lines.setAlone(BUSY, `… ${oneLine(text)}`),
    note(text) {
      if (holders > 0) held.push(text);
      else lines.above(withoutControls(text));
    },
    async during(task) {
      holders++;
      lines.hide();
      try {
        return await task();
      } finally {
        if (--holders === 0) {
          for (const text of held.splice(0)) lines.above(withoutControls(text));
          lines.show();
        }
      }
    },
    end: lines.clear,
  };
}

function plainLines(output: LiveOutput): Progress {
  const lastLines = new Map<string, { status: string | undefined; at: number }>();
  return {
    report(report) {
      const key = `${report.phase} ${report.job_id ?? ''}`;
      const last = lastLines.get(key);
      const now = performance.now();
      if (last !== undefined && last.status === report.status && now - last.at < PLAIN_INTERVAL_MS) return;
      lastLines.set(key, { status: report.status, at: now });
      const isQuick = last === undefined && report.phase !== 'waiting';
      if (!isQuick) output.write(`${describe(report)}\n`);
    },
    ended: ignore,
    busy: ignore,
    note: (text) => void output.write(`${withoutControls(text)}\n`),
    during: (task) => task(),
    end: ignore,
  };
}

/** What comes after it, such as a download, has a line again. */
function hasEnded({ phase, status = '', percent = 0 }: ProgressReport): boolean {
  return ENDED.includes(status) || (phase === 'publishing' && percent >= 100);
}

function bar(percent: number | undefined): string {
  const filled = Math.round((Math.min(100, Math.max(0, percent ?? 0)) / 100) * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

function describe({ phase, job_id, status, percent }: ProgressReport): string {
  const subject = [phase, job_id, status].filter((part) => part !== undefined).join(' ');
  return oneLine(percent === undefined ? subject : `${subject} ${Math.round(percent)} %`);
}
