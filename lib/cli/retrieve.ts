import type { Command } from 'commander';
import { invokeTool } from './invocation.ts';
import { commandFor } from './output.ts';

export function registerRetrieve(program: Command): void {
  program
    .command('retrieve <id>')
    .description('show the present state of a job')
    .action((id: string, _options, command: Command) =>
      invokeTool(
        command,
        'video_retrieve',
        () => ({ id }),
        ({ summary, data }) => `${summary}\n${commandFor(data.next_step ?? '')}`,
      ),
    );
}
