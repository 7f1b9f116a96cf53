import type { Command } from 'commander';
import { invokeTool } from './invocation.ts';

export function registerDelete(program: Command): void {
  program
    .command('delete <id>')
    .description('delete a job from the server; asks first')
    .action((id: string, _options, command: Command) =>
      invokeTool(
        command,
        'video_delete',
        () => ({ id }),
        ({ summary }) => summary,
      ),
    );
}
