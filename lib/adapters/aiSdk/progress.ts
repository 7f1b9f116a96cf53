import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgressReport, ToolResult } from '../../../types/tool.ts';

/** A download reports with every chunk; a page redraws a few times a second at most. */
const INTERVAL_MS = 250;

/** A call's reports, the newest a few times a second, and at the end its result. */
export async function* withProgress(
  call: (progress: (report: ProgressReport) => void) => Promise<ToolResult>,
): AsyncGenerator<ToolResult, void, undefined> {
  let newest: ProgressReport | undefined;
  let isOver = false;
  let news = Promise.withResolvers<void>();
  const result = call((report) => {
    newest = report;
    news.resolve();
  }).finally(() => {
    isOver = true;
    news.resolve();
  });
  while (!isOver) {
    await news.promise;
    if (isOver || newest === undefined) break;
    news = Promise.withResolvers();
    yield preliminary(newest);
    await Promise.race([result, sleep(INTERVAL_MS, undefined, { ref: false })]);
  }
  yield await result;
}

function preliminary(progress: ProgressReport): ToolResult {
  const { phase, job_id, status, percent } = progress;
  const words = [phase, job_id, status, percent === undefined ? undefined : `${Math.round(percent)} %`];
  return { summary: words.filter((word) => word !== undefined).join(' '), data: { progress } };
}
