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
    .action((prompt: string, { inputReference, seconds, size, model }, command: Command) =>
      invokeTool(
        command,
        'video_create',
        () => ({
          prompt,
          ...(seconds !== undefined && { seconds }),
          ...(size !== undefined && { size }),
          ...(model !== undefined && { model }),
          ...(inputReference !== undefined && { input_reference: typedPath(inputReference) }),
        }),
        ({ data }, { runtime }) => {
          const id = data.jobs?.[0]?.id;
          const note =
            runtime.config.baseUrl === undefined ? ' (the embedded studio renders while a program of yours runs)' : '';
          return `${id}\nGo on with: video-toolset wait ${id}${note}`;
        },
      ),
    );
}
