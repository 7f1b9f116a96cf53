import type { Command } from 'commander';
import { exitCodeOfJobs, invoke } from './invocation.ts';
import { commandFor, exitCodeOf, jsonOf, print, printError, printJson } from './output.ts';

export function registerWait(program: Command): void {
  program
    .command('wait <id...>')
    .description('wait for the end of jobs; leaves them alone')
    .option('--timeout <seconds>', 'wait no longer than this')
    .action((ids: string[], { timeout }, command: Command) =>
      invoke(command, async ({ runtime, json, progress, signal }) => {
        const result = await runtime.everyTool.call(
          'video_wait',
          { ids, ...(timeout !== undefined && { max_seconds: timeout }) },
          { signal, progress: (report) => progress.report(report) },
        );
        progress.end();
        if (json) printJson(jsonOf(result, runtime.workspace));
        if (result.data.error !== undefined) {
          printError(result.data.error);
          return exitCodeOf(result.data.error.code);
        }
        const isRunning = (result.data.jobs ?? []).some(
          ({ status }) => status === 'queued' || status === 'in_progress',
        );
        if (json && isRunning) progress.note(commandFor(result.data.next_step ?? ''));
        if (!json) print(`${result.summary}\n${commandFor(result.data.next_step ?? '')}\n`);
        return isRunning ? 4 : exitCodeOfJobs(result);
      }),
    );
}
