import type { Command } from 'commander';
import type { JobView } from '../../types/tool.ts';
import { invoke } from './invocation.ts';
import { commandFor, exitCodeOf, jsonOf, oneLine, print, printError, printJson } from './output.ts';

export function registerList(program: Command): void {
  program
    .command('list')
    .description("list the server's jobs, newest first")
    .option('--limit <n>', 'jobs a page, 20 if left out')
    .option('--after <id>', 'the page after this job')
    .option('--order <asc|desc>', 'by time of creation')
    .action(({ limit, after, order }, command: Command) =>
      invoke(command, async ({ runtime, json, signal, progress }) => {
        const query = {
          ...(limit !== undefined && { limit }),
          ...(after !== undefined && { after }),
          ...(order !== undefined && { order }),
        };
        const result = await runtime.everyTool.call('video_list', query, { signal });
        if (json) printJson(jsonOf(result, runtime.workspace));
        if (result.data.error !== undefined) {
          printError(result.data.error);
          return exitCodeOf(result.data.error.code);
        }
        const { jobs = [], next_step } = result.data;
        if (!json) {
          print(`${jobs.length === 0 ? result.summary : jobs.map(line).join('\n')}\n`);
          if (next_step !== undefined) progress.note(commandFor(next_step));
        }
        return 0;
      }),
    );
}

function line({ id, status, progress, seconds, size, prompt }: JobView): string {
  const state = status === 'in_progress' && progress !== undefined ? `${status} ${Math.round(progress)} %` : status;
  const facts = [id, state.padEnd(16), `${seconds ?? '?'} s`.padStart(5), (size ?? '').padEnd(9), prompt ?? ''];
  return oneLine(facts.join('  ')).trimEnd();
}
