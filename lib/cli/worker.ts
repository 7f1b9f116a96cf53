import type { Command } from 'commander';
import type { Config } from '../../types/config.ts';
import { VideoToolsetError } from '../errors.ts';
import type { WorkerEvent } from '../production/fleet/carryLease.ts';
import { SHORTEST_LEASE_SECONDS } from '../production/fleet/queueOptions.ts';
import { type Invocation, invoke } from './invocation.ts';
import { oneLine, printJson } from './output.ts';
import { numberOf } from './storyboardRun.ts';

const USUAL_CONCURRENCY = 16;
const USUAL_GRACE_SECONDS = 20;

interface WorkerSettings {
  concurrency?: string;
  window?: string;
  lease?: string;
  grace?: string;
  health?: string;
}

export function registerWorker(program: Command): void {
  program
    .command('worker')
    .description('make storyboards with other machines')
    .option('--fleet <postgres>', 'where the machines meet: postgres://USER@HOST/DATABASE (VIDEO_LEDGER)')
    .option('--concurrency <n>', `shots in hand at once; ${USUAL_CONCURRENCY} if left out`)
    .option('--window <n>', 'jobs that may be open at the server at once, over all machines')
    .option('--lease <seconds>', 'how long a machine may be silent before others go on with its shots; at least 10')
    .option('--grace <seconds>', `how long what is begun may take at the end; ${USUAL_GRACE_SECONDS} if left out`)
    .option('--health <[host:]port>', 'answer GET /healthz, on this machine alone if no host is named')
    .action((settings: WorkerSettings, command: Command) =>
      invoke(command, (invocation) => work(settings, invocation)),
    );
}

async function work(settings: WorkerSettings, { runtime, json, progress, signal }: Invocation): Promise<number> {
  const { config, server } = runtime;
  const [{ inFleet, requireShared }, { openQueue }, { createWorker }, { openLedger }] = await Promise.all([
    import('../production/fleet/fleet.ts'),
    import('../production/fleet/queue.ts'),
    import('../production/fleet/worker.ts'),
    import('../ledger/open.ts'),
  ]);
  requireShared(config);
  const concurrency = numberOf('--concurrency', settings.concurrency, 10_000) ?? USUAL_CONCURRENCY;
  const window = numberOf('--window', settings.window, 100_000);
  const grace = numberOf('--grace', settings.grace, 86_400) ?? USUAL_GRACE_SECONDS;
  const leaseSeconds = numberOf('--lease', settings.lease, 86_400);
  if (leaseSeconds !== undefined && leaseSeconds < SHORTEST_LEASE_SECONDS)
    throw new VideoToolsetError('invalid_argument', `--lease must be at least ${SHORTEST_LEASE_SECONDS} seconds.`);

  const ledger = await openLedger(config, false, { isWindowed: true });
  try {
    const onError = (error: Error) => runtime.log.debug(`fleet: ${error.message}`);
    await using queue = await openQueue(config.ledger, server, { leaseSeconds, isWorker: true, onError });
    await runtime.workspace.requireWritable();
    if (window !== undefined) await ledger.windows.set(server, window);
    const services = inFleet({ ...runtime, ledger: async () => ledger });
    const onEvent = (event: WorkerEvent) => progress.note(textOf(event));
    const options = { concurrency, signal, graceMs: 1_000 * grace, onEvent };
    const worker = createWorker(queue, services, options);
    const { health: place } = settings;
    await using health =
      place === undefined
        ? undefined
        : await (await import('../production/fleet/health.ts')).serveHealth(place, worker.status);
    progress.note(
      `${concurrency} shots at once of ${server}, over ${placeOf(config)}, published to ${config.cdn.host}.`,
    );
    if (health !== undefined) progress.note(`Health: port ${health.port}, /healthz`);
    await worker.run();
    const { published } = worker.status();
    if (json) printJson({ published });
    progress.note(`Ended. Clips published: ${published}.`);
    return 0;
  } finally {
    await ledger.close();
  }
}

/** Without the password. */
function placeOf({ ledger }: Pick<Config, 'ledger'>): string {
  const { host, pathname } = new URL(ledger);
  return host + pathname;
}

function textOf({ storyboard, shot, state, url, error }: WorkerEvent): string {
  const rest = error === undefined ? (url ?? '') : `${error.code}: ${error.message}`;
  return oneLine(`${storyboard} ${shot} ${state} ${rest}`).trimEnd();
}
