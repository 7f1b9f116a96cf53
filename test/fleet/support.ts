import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PublishedFile } from '../../types/cdn.ts';
import { type CommandLine, type Outcome, openCommandLine, type Running } from '../cli/support.ts';
import type { ProviderSettings } from '../paid/provider.ts';
import { openProvider, type Provider } from '../paid/providerClient.ts';
import { RELIABLE_LIST, timesOf } from '../paid/support.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { SSHD_MISSING, type SshServer, startSshd } from '../support/sshd.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcpProxy.ts';

/** Why a fleet cannot be tested here, or false. */
export const FLEET_MISSING = POSTGRES_MISSING || SSHD_MISSING;

/** The shortest that pg-boss takes. */
export const LEASE_SECONDS = 10;

const TIMES = timesOf({ sendDeadlineMs: 3_000, timeoutMs: 3_000 });

export interface FleetSettings {
  provider?: Partial<ProviderSettings>;
  /** What the user states about the server. */
  profile?: object;
  settings?: Record<string, string>;
  /** The address of this machine at which all servers are reached. @default that of loopback */
  host?: string;
}

/** A machine of the fleet: folders of its own, and whatever runs there. */
export interface Machine {
  cli: CommandLine;
  /** Starts its worker, or starts it anew. */
  start(args?: readonly string[]): Promise<Running>;
}

/** One database, one provider that is paid, one place to publish to, and as many machines as are asked for. */
export interface TestFleet extends AsyncDisposable {
  postgres: PostgresServer;
  /** Stands between every machine and the database. */
  network: TcpProxy;
  provider: Provider;
  sshd: SshServer;
  /** As the machines know it. */
  database: string;
  machine(settings?: Record<string, string>, within?: readonly string[]): Promise<Machine>;
}

export async function openFleet({
  provider: behaviour,
  profile,
  settings,
  host,
}: FleetSettings = {}): Promise<TestFleet> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startPostgres());
  const provider = stack.use(await openProvider(behaviour));
  const sshd = stack.use(await startSshd());
  const proxyTo = async (port: number) => stack.use(await startTcpProxy(port, { ...(host && { host }) }));
  const network = await proxyTo(postgres.port);
  const at = async (address: string | URL, isProxied = host !== undefined): Promise<string> => {
    const url = new URL(address);
    if (isProxied) url.host = `${host ?? '127.0.0.1'}:${(await proxyTo(Number(url.port))).port}`;
    return url.href;
  };
  const database = new URL(postgres.database());
  database.host = `${host ?? '127.0.0.1'}:${network.port}`;
  const places = {
    VIDEO_BASE_URL: await at(provider.baseUrl),
    CDN_URL: await at(sshd.address),
    ...(host && { CDN_HOST_KEY: fingerprintOf(sshd.hostKey()) }),
  };
  const held = stack.move();
  return {
    ...{ postgres, network, provider, sshd, database: database.href },
    async machine(own = {}, within = []) {
      const cli = held.use(
        await openCommandLine({
          ...{ HOME: sshd.home, ...places },
          ...{ VIDEO_POLL_MS: '100', VIDEO_BUDGET_SECONDS: '1000000', ...TIMES },
          VIDEO_PROFILE: JSON.stringify({ ...RELIABLE_LIST, refuses429BeforeJob: true, ...profile }),
          ...settings,
          ...own,
        }),
      );
      const start = async (args: readonly string[] = []) => {
        const lease = ['--lease', String(LEASE_SECONDS)];
        const running = cli.start(['worker', '--fleet', database.href, ...lease, ...args], { within });
        await running.line(/shots at once/);
        return running;
      };
      return { cli, start };
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Of a host's key, as ssh shows it. */
function fingerprintOf(line: string): string {
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

export interface ShotEntry {
  id: string;
  state: string;
  prompt: string;
  clip?: string;
  job?: string;
  published?: PublishedFile;
  error?: { code: string; message: string };
}

export interface FleetDocument {
  storyboard: string;
  totals: { shots: number; states: Record<string, number>; seconds: number };
  film?: { path: string };
  manifest?: string;
  shots: ShotEntry[];
}

export function fleetDocument({ stdout, stderr }: Outcome): FleetDocument {
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}

/** A storyboard of so many shots that want nothing of each other. */
export async function writeBoard(
  { cli }: Pick<Machine, 'cli'>,
  count: number,
  promptOf = (index: number) => `Boat ${index}`,
): Promise<string> {
  const rows = Array.from({ length: count }, (_, index) => `"${promptOf(index)}"`);
  await writeFile(path.join(cli.cwd, 'shots.csv'), ['prompt', ...rows].join('\n'));
  const file = path.join(cli.cwd, 'film.yaml');
  await writeFile(file, 'title: Postcards\ndefaults: { seconds: 4 }\ntable: shots.csv\n');
  return file;
}

export function run(fleet: TestFleet, file: string, ...args: string[]): string[] {
  return ['storyboard', 'run', file, '--fleet', fleet.database, '--json', ...args];
}

export function status(fleet: TestFleet, id: string): string[] {
  return ['storyboard', 'status', id, '--fleet', fleet.database, '--json'];
}

/** Every shot was paid for once, and lies at the shared place as the provider made it. */
export async function assertPaidOnce(fleet: TestFleet, shots: readonly ShotEntry[]): Promise<void> {
  const { jobs } = await fleet.provider.books();
  const paidFor = Map.groupBy(jobs, ({ prompt }) => prompt);
  for (const { id, prompt, state, published, error } of shots) {
    assert.equal(state, 'published', `${id}: ${error?.message}`);
    const made = paidFor.get(prompt) ?? [];
    assert.equal(made.length, 1, `${id} was paid for ${made.length} times`);
    const content = await readFile(path.join(fleet.sshd.folder, published?.key ?? ''));
    assert.equal(createHash('sha256').update(content).digest('hex'), made[0]?.sha256, id);
  }
}

/** Waits until it holds. */
export async function until(what: string, holds: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  for (const end = performance.now() + limitMs; performance.now() < end; await sleep(100)) if (await holds()) return;
  assert.fail(`It never came true: ${what}`);
}

/** Another user of the server, whose jobs show that its list has caught up. */
export function showNewerJobs({ provider }: TestFleet): AsyncDisposable {
  const body = JSON.stringify({ prompt: 'A newer one', seconds: '4' });
  const timer = setInterval(() => {
    fetch(`${provider.baseUrl}/videos`, { method: 'POST', body }).catch(() => undefined);
  }, 3_000);
  return { [Symbol.asyncDispose]: async () => clearInterval(timer) };
}
