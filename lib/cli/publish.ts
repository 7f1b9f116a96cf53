import type { Command } from 'commander';
import type { PublishedFile } from '../../types/cdn.ts';
import type { ErrorReport } from '../../types/error.ts';
import { VideoToolsetError } from '../errors.ts';
import { type Invocation, invoke, typedPath } from './invocation.ts';
import { exitCodeOf, oneLine, print, printError, printJson, withAbsolutePaths } from './output.ts';

export function registerPublish(program: Command): void {
  program
    .command('publish [file...]')
    .description('publish files of the workspace')
    .option('--list [prefix]', 'show what is published, newest first')
    .option('--remove <key>', 'take a published file down; asks first')
    .action((files: string[], { list, remove }, command: Command) =>
      invoke(command, (invocation) => {
        if (Number(files.length > 0) + Number(list !== undefined) + Number(remove !== undefined) !== 1)
          throw oneOfThem();
        if (remove !== undefined) return takeDown(remove, invocation);
        return list === undefined ? publish(files, invocation) : show(list === true ? '' : list, invocation);
      }),
    );
}

async function publish(files: string[], { runtime, json, progress, signal }: Invocation): Promise<number> {
  const published: PublishedFile[] = [];
  let error: ErrorReport | undefined;
  for (const file of files) {
    const context = { signal, progress: progress.report };
    const { data } = await runtime.everyTool.call('cdn_upload', { path: typedPath(file) }, context);
    progress.end();
    published.push(...(data.published ?? []));
    if (!json) for (const { url } of data.published ?? []) print(`${url}\n`);
    if (data.error === undefined) continue;
    error = data.error;
    printError(error);
    if (error.code === 'aborted') break;
  }
  if (json) printJson({ published: withAbsolutePaths(published, runtime.workspace), ...(error && { error }) });
  return error === undefined ? 0 : exitCodeOf(error.code);
}

async function show(prefix: string, { runtime, json }: Invocation): Promise<number> {
  const entries = await (await runtime.cdn()).list({ prefix, limit: 10_000 });
  if (json) printJson({ entries });
  else for (const { key, bytes, url } of entries) print(`${oneLine(key)}  ${bytes} bytes  ${oneLine(url)}\n`);
  return 0;
}

async function takeDown(key: string, { runtime, json, signal, approve }: Invocation): Promise<number> {
  const { summary, data } = await runtime.everyTool.call(
    'cdn_delete',
    { key },
    { signal, ...(approve && { approve }) },
  );
  if (json) printJson(data);
  if (data.error !== undefined) {
    printError(data.error);
    return exitCodeOf(data.error.code);
  }
  if (!json) print(`${summary}\n`);
  return 0;
}

function oneOfThem(): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', 'Give files to publish, or --list, or --remove KEY.');
}
