import type { Command } from 'commander';
import { typedPath } from './invocation.ts';
import { invokeMaking } from './makeJob.ts';

export function registerCreate(program: Command): void {
  withClipOptions(program.command('create <prompt>'))
    .description('start one job; costs money on a paid server')
    .action((prompt: string, options: ClipOptions, command: Command) =>
      invokeMaking(command, 'video_create', clipArguments(prompt, options), options.session),
    );
}

export interface ClipOptions {
  seconds?: string;
  size?: string;
  model?: string;
  inputReference?: string;
  fit?: string;
  character?: string[];
  variation?: string;
  session?: string;
}

/** The options of `create` and `produce`. */
export function withClipOptions(command: Command): Command {
  return command
    .option('--seconds <n>', 'length in seconds')
    .option('--size <WxH>', 'such as 1280x720 or 720x1280')
    .option('--model <name>', 'a model of the server (VIDEO_MODEL)')
    .option('--input-reference <file>', 'image in the workspace for the first frame')
    .option('--fit <how>', 'cover, contain, stretch or none: for a first frame of another shape')
    .option('--character <id...>', 'characters that the prompt names')
    .option('--variation <n>', 'another take of the same request')
    .option('--session <name>', 'within it, a clip that was made is not made again');
}

/** A prompt and the options of `create` and `produce`, as the tools take them. */
export function clipArguments(
  prompt: string,
  { inputReference, seconds, size, model, fit, character, variation }: ClipOptions,
): Record<string, unknown> {
  return {
    prompt,
    ...(seconds !== undefined && { seconds }),
    ...(size !== undefined && { size }),
    ...(model !== undefined && { model }),
    ...(fit !== undefined && { fit }),
    ...(character !== undefined && { characters: character }),
    ...(variation !== undefined && { variation }),
    ...(inputReference !== undefined && { input_reference: typedPath(inputReference) }),
  };
}
