import { once } from 'node:events';
import type { Command } from 'commander';
import { studioModelsOf } from '../config/studioModels.ts';
import { systemCode, VideoToolsetError } from '../errors.ts';
import { invoke } from './invocation.ts';
import { print, printJson } from './output.ts';

export function registerStudio(program: Command): void {
  program
    .command('studio')
    .description('run the embedded server alone (previews)')
    .option('--port <n>', 'any free port if left out')
    .option('--host <address>', 'another address than this machine only')
    .option(
      '--model-map <name=target>',
      'what makes the clips of a model, such as sora-2=google/veo-3.1-generate-preview; repeatable',
      (pair: string, pairs: string[]) => [...pairs, pair],
      Array.of<string>(),
    )
    .action(({ port = '0', host, modelMap }, command: Command) =>
      invoke(command, async ({ runtime, json, signal, progress }) => {
        if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
          throw new VideoToolsetError(
            'invalid_argument',
            `--port must be a number from 0 to 65535, not ${JSON.stringify(port)}.`,
          );
        }
        const { startStudio } = await import('../studio/server.ts');
        const { state, studioModels } = runtime.config;
        const models = { ...studioModels, ...(modelMap.length > 0 && studioModelsOf(modelMap.join(','))) };
        const studio = await startStudio({
          state,
          port: Number(port),
          models,
          ...(host !== undefined && { host }),
          log: runtime.log,
        }).catch((cause) => {
          if (systemCode(cause) !== 'EADDRINUSE') throw cause;
          throw new VideoToolsetError('invalid_argument', `Port ${port} is in use: choose another one with --port.`, {
            cause,
          });
        });
        if (json) printJson({ base_url: studio.baseUrl }, 0);
        else print(`${studio.baseUrl}\n`);
        progress.note('It renders previews, not generative video. Stop it with Ctrl-C; its jobs are kept.');
        for (const [name, target] of Object.entries(models))
          if (target.includes('/')) progress.note(`${name} is made by ${target}, which costs what its provider takes.`);
        if (host !== undefined) progress.note(`Whoever can reach ${host} can use it: it asks for no key.`);
        if (!signal.aborted) await once(signal, 'abort');
        await studio.close();
        return 0;
      }),
    );
}
