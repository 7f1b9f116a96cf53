import type { ProgressReport } from '../../types/tool.ts';
import { withoutControls } from '../controls.ts';
import { oneLine } from './output.ts';

/** With the id of a usual job and its state, a line still fits 80 columns. */
const BAR_WIDTH = 20;
const PLAIN_INTERVAL_MS = 2_000;

/** What goes on, on stderr: one live line on a terminal, plain lines elsewhere, nothing when quiet. */
export interface Progress {
  report(report: ProgressReport): void;
  /** A line that stays. */
  note(text: string): void;
  /** Takes the live line away, so that something else can be printed. */
  end(): void;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

export function createProgress({
  quiet = false,
  output = process.stderr,
}: {
  quiet?: boolean;
  output?: Output;
} = {}): Progress {
  if (quiet) return { report: () => undefined, note: () => undefined, end: () => undefined };
  return output.isTTY ? liveLine(output) : plainLines(output);
}

function liveLine(output: Output): Progress {
  let isShown = false;
  const clear = () => {
    if (isShown) output.write('\r\u001b[2K');
    isShown = false;
  };
  return {
    report(report) {
      const line = `${bar(report.percent)} ${describe(report)}`;
      output.write(`\r\u001b[2K${line.slice(0, (output.columns || 80) - 1)}`);
      isShown = true;
    },
    note(text) {
      clear();
      output.write(`${withoutControls(text)}\n`);
    },
    end: clear,
  };
}

function plainLines(output: Output): Progress {
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
    note: (text) => void output.write(`${withoutControls(text)}\n`),
    end: () => undefined,
  };
}

function bar(percent: number | undefined): string {
  const filled = Math.round(((percent ?? 0) / 100) * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

function describe({ phase, job_id, status, percent }: ProgressReport): string {
  const subject = [phase, job_id, status].filter((part) => part !== undefined).join(' ');
  return oneLine(percent === undefined ? subject : `${subject} ${Math.round(percent)} %`);
}
