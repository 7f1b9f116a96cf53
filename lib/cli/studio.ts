import { once } from 'node:events';
import type { Command } from 'commander';
import { studioModelsOf } from '../config/studioModels.ts';
import { resolveConfig, secretsOf } from '../config.ts';
import { systemCode, VideoToolsetError } from '../errors.ts';
import { createLog } from '../log.ts';
import { clipFacts } from '../production/clipFacts.ts';
import type { StudioOptions } from '../studio/server.ts';
import { invoke } from './invocation.ts';
import { print, printJson } from './output.ts';

interface StudioSettings {
  port?: string;
  host?: string;
  token?: string;
  allowedHost?: string[];
  cors?: string[];
  keepDays?: string;
  quotaGb?: string;
  queue?: string;
  rate?: string;
  allowPrivateImages?: true;
  modelMap: string[];
}

export function registerStudio(program: Command): void {
  program
    .command('studio')
    .description('run the embedded server alone (previews)')
    .option('--port <n>', 'any free port if left out')
    .option('--host <address>', 'another address than this machine only; needs a token')
    .option('--token <text>', 'the bearer token of clients, several apart by commas (VIDEO_STUDIO_TOKEN)')
    .option('--allowed-host <name...>', 'further names that clients reach it by, such as a proxy')
    .option('--cors <origin...>', 'web pages that may use it with a token, such as https://app.example.org')
    .option('--keep-days <n>', 'how long a clip is kept (30)')
    .option('--quota-gb <n>', 'what all clips may have on the disk (20, or a tenth of the disk)')
    .option('--queue <n>', 'how many jobs may wait (1000)')
    .option('--rate <n>', 'how many requests a second each token may send (100)')
    .option('--allow-private-images', 'fetch images from private addresses, too')
    .option(
      '--model-map <name=target>',
      'what makes the clips of a model, such as sora-2=google/veo-3.1-generate-preview; repeatable',
      (pair: string, pairs: string[]) => [...pairs, pair],
      Array.of<string>(),
    )
    .action(({ port = '0', modelMap, ...settings }: StudioSettings, command: Command) =>
      invoke(command, async ({ options, runtime, json, signal, progress }) => {
        const config = resolveConfig({ ...options, ...chosenIn(settings) });
        const models = { ...config.studioModels, ...(modelMap.length > 0 && studioModelsOf(modelMap.join(','))) };
        const { startStudio } = await import('../studio/server.ts');
        const studio = await startStudio({
          ...{ state: config.state, port: wholeNumber('--port', port, 0, 65_535), models },
          ...studioOptions(settings),
          ...(config.studioTokens !== undefined && { tokens: config.studioTokens }),
          ...(config.studioKeepDays !== undefined && { keepDays: config.studioKeepDays }),
          ...(config.studioQuotaGb !== undefined && { quotaBytes: config.studioQuotaGb * 1024 ** 3 }),
          factsOf: async (id) => clipFacts(await runtime.ledger(), id),
          log: createLog({ enabled: config.debug, secrets: secretsOf(config) }),
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
        for (const [name, target] of Object.entries(models))
          if (target.includes('/')) progress.note(await wayOf(name, target));
        if (!signal.aborted) await once(signal, 'abort');
        await studio.close();
        return 0;
      }),
    );
}

/** What becomes of a mapped model, told before somebody asks for it. */
async function wayOf(name: string, target: string): Promise<string> {
  const [{ createBridge }, { NotHere }] = await Promise.all([
    import('../studio/engines/bridge/bridge.ts'),
    import('../studio/engines/engine.ts'),
  ]);
  try {
    await createBridge()(target);
    return `${name} is made by ${target}, which costs what its provider takes.`;
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    return `${name} leads to ${target}, which cannot be used yet: ${error.message}`;
  }
}

/** What has a variable, too. */
function chosenIn({ token, keepDays, quotaGb }: Omit<StudioSettings, 'modelMap'>) {
  return {
    ...(token !== undefined && { studioToken: token }),
    ...(keepDays !== undefined && { studioKeepDays: decimal('--keep-days', keepDays) }),
    ...(quotaGb !== undefined && { studioQuotaGb: decimal('--quota-gb', quotaGb) }),
  };
}

function studioOptions(settings: Omit<StudioSettings, 'modelMap'>): Omit<StudioOptions, 'state'> {
  const { host, allowedHost, cors, queue, rate, allowPrivateImages } = settings;
  const perSecond = rate === undefined ? undefined : wholeNumber('--rate', rate, 1, 100_000);
  return {
    ...(host !== undefined && { host }),
    ...(allowedHost !== undefined && { allowedHosts: allowedHost }),
    ...(cors !== undefined && { cors: cors.map(originOf) }),
    ...(allowPrivateImages && { allowPrivateImages }),
    limits: {
      ...(queue !== undefined && { queuedJobs: wholeNumber('--queue', queue, 1, 1_000_000) }),
      ...(perSecond !== undefined && { requests: { perSecond, burst: 10 * perSecond } }),
    },
  };
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  if (/^\d{1,7}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw wrong(option, `a number from ${least} to ${most}`, text);
}

function decimal(option: string, text: string): number {
  if (/^\d{1,7}(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw wrong(option, 'a number above zero', text);
}

function originOf(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  if (origin === text) return origin;
  throw wrong('--cors', 'an origin such as https://app.example.org', text);
}

function wrong(option: string, expected: string, text: string): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `${option} must be ${expected}, not ${JSON.stringify(text)}.`);
}
