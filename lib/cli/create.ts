import type { Command } from 'commander';
import { invokeTool, typedPath } from './invocation.ts';

export function registerCreate(program: Command): void {
  program
    .command('create <prompt>')
    .description('start one job; costs money on a paid server')
    .option('--seconds <n>', 'length in seconds')
    .option('--size <WxH>', 'such as 1280x720 or 720x1280')
    .option('--model <name>', 'a model of the server (VIDEO_MODEL)')
    .option('--input-reference <file>', 'image in the workspace for the first frame')
    .option('--variation <n>', 'another take of the same request')
    .option('--session <name>', 'within it, a clip that was made is not made again')
    .action((prompt: string, options: Record<string, string>, command: Command) =>
      invokeTool(
        command,
        'video_create',
        () => clipArguments(prompt, options),
        ({ summary, data }, { runtime, progress }) => {
          const { id, key } = data.jobs?.[0] ?? {};
          if (data.published !== undefined) return `${id}\n${summary}`;
          if (!summary.startsWith('Job ')) progress.note(summary);
          const note =
            runtime.config.baseUrl === undefined ? ' (the embedded studio renders while a program of yours runs)' : '';
          return `${id}\nGo on with: video-toolset wait ${id ?? key}${note}`;
        },
        options.session,
      ),
    );
}

/** A prompt and the options of `create` and `produce`, as the tools take them. */
export function clipArguments(
  prompt: string,
  { inputReference, seconds, size, model, variation }: Record<string, string>,
): Record<string, unknown> {
  return {
    prompt,
    ...(seconds !== undefined && { seconds }),
    ...(size !== undefined && { size }),
    ...(model !== undefined && { model }),
    ...(variation !== undefined && { variation }),
    ...(inputReference !== undefined && { input_reference: typedPath(inputReference) }),
  };
}
