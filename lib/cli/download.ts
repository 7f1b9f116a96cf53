import type { Command } from 'commander';
import { invokeTool } from './invocation.ts';
import { shownPath } from './output.ts';

export function registerDownload(program: Command): void {
  program
    .command('download <id>')
    .description("save a finished job's clip in the workspace")
    .option('--variant <name>', 'video, thumbnail or spritesheet')
    .option('--name <name>', 'file name without suffix')
    .option('--overwrite', 'replace a file of that name')
    .action((id: string, { variant, name, overwrite }, command: Command) =>
      invokeTool(
        command,
        'video_download',
        () => ({
          id,
          ...(variant !== undefined && { variant }),
          ...(name !== undefined && { name }),
          ...(overwrite === true && { overwrite }),
        }),
        ({ data }, { runtime }) => (data.files ?? []).map(({ path }) => shownPath(path, runtime.workspace)).join('\n'),
      ),
    );
}
