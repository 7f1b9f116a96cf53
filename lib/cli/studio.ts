import { once } from 'node:events';
import type { Command } from 'commander';
import { systemCode, VideoToolsetError } from '../errors.ts';
import { clipFacts } from '../production/clipFacts.ts';
import { invoke } from './invocation.ts';
import { print, printJson } from './output.ts';

export function registerStudio(program: Command): void {
  program
    .command('studio')
    .description('run the embedded server alone (previews)')
    .option('--port <n>', 'any free port if left out')
    .option('--host <address>', 'another address than this machine only')
    .option('--allowed-host <name...>', 'further names that it is reached by, such as a proxy')
    .action(({ port = '0', host, allowedHost }, command: Command) =>
      invoke(command, async ({ runtime, json, signal, progress }) => {
        if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
          throw new VideoToolsetError(
            'invalid_argument',
            `--port must be a number from 0 to 65535, not ${JSON.stringify(port)}.`,
          );
        }
        const { startStudio } = await import('../studio/server.ts');
        const { state } = runtime.config;
        const studio = await startStudio({
          state,
          port: Number(port),
          ...(host !== undefined && { host }),
          ...(allowedHost !== undefined && { allowedHosts: allowedHost }),
          factsOf: async (id) => clipFacts(await runtime.ledger(), id),
          log: runtime.log,
        }).catch((cause) => {
          if (systemCode(cause) !== 'EADDRINUSE') throw cause;
          throw new VideoToolsetError('invalid_argument', `Port ${port} is in use: choose another one with --port.`, {
            cause,
          });
        });
        if (json) printJson({ base_url: studio.baseUrl }, 0);
        else print(`${studio.baseUrl}\n`);
        progress.note(`Its clips are shown at ${new URL('/', studio.baseUrl)}`);
        progress.note('It renders previews, not generative video. Stop it with Ctrl-C; its jobs are kept.');
        if (host !== undefined) progress.note(`Whoever can reach ${host} can use it: it asks for no key.`);
        if (!signal.aborted) await once(signal, 'abort');
        await studio.close();
        return 0;
      }),
    );
}
