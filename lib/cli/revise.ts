import type { Command } from 'commander';
import { typedPath } from './invocation.ts';
import { invokeMaking } from './makeJob.ts';

interface RevisionOptions {
  seconds?: string;
  variation?: string;
  session?: string;
}

/** `remix`, `edit` and `extend`: each makes a new clip of one that is there. */
export function registerRevisions(program: Command): void {
  withRevisionOptions(program.command('remix <id> <prompt>'))
    .description('make a clip anew with one change')
    .action((id: string, prompt: string, { variation, session }: RevisionOptions, command: Command) =>
      invokeMaking(command, 'video_remix', { id, prompt, ...(variation && { variation }) }, session),
    );
  withRevisionOptions(program.command('edit <video> <prompt>'))
    .description('change a clip, by its id or its file')
    .action((video: string, prompt: string, { variation, session }: RevisionOptions, command: Command) =>
      invokeMaking(
        command,
        'video_edit',
        { video: typedPath(video), prompt, ...(variation && { variation }) },
        session,
      ),
    );
  withRevisionOptions(program.command('extend <video> <prompt>'))
    .description('make a clip longer, by id or file')
    .requiredOption('--seconds <n>', 'how much is added')
    .action((video: string, prompt: string, { seconds, variation, session }: RevisionOptions, command: Command) =>
      invokeMaking(
        command,
        'video_extend',
        { video: typedPath(video), prompt, seconds, ...(variation && { variation }) },
        session,
      ),
    );
}

function withRevisionOptions(command: Command): Command {
  return command
    .option('--variation <n>', 'another take of the same request')
    .option('--session <name>', 'within it, a clip that was made is not made again');
}
