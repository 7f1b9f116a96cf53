import type { Command } from 'commander';
import type { PublishedFile } from '../../types/cdn.ts';
import type { ErrorReport } from '../../types/error.ts';
import { invoke, typedPath } from './invocation.ts';
import { exitCodeOf, print, printError, printJson, withAbsolutePaths } from './output.ts';

export function registerPublish(program: Command): void {
  program
    .command('publish <file...>')
    .description('publish files of the workspace')
    .action((files: string[], _options, command: Command) =>
      invoke(command, async ({ runtime, json, progress, signal }) => {
        const published: PublishedFile[] = [];
        let error: ErrorReport | undefined;
        for (const file of files) {
          const context = { signal, progress: progress.report };
          const { data } = await runtime.toolset.call('cdn_upload', { path: typedPath(file) }, context);
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
      }),
    );
}
