import type { Command } from 'commander';
import { invokeTool, typedPath } from './invocation.ts';

/** `character create` and `character retrieve`. */
export function registerCharacter(program: Command): void {
  const character = program.command('character').description('make a character of a video');
  character
    .command('create <video> <name>')
    .description('make a character of a video file of the workspace; prints its id')
    .action((video: string, name: string, _options, command: Command) =>
      invokeTool(
        command,
        'video_character_create',
        () => ({ video: typedPath(video), name }),
        ({ summary }) => summary,
      ),
    );
  character
    .command('retrieve <id>')
    .description('show the name of a character')
    .action((id: string, _options, command: Command) =>
      invokeTool(
        command,
        'video_character_retrieve',
        () => ({ id }),
        ({ summary }) => summary,
      ),
    );
}
