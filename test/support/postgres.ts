import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './freePort.ts';
import { temporaryFolder } from './temporary.ts';

const VERSIONS = '/usr/lib/postgresql';
const programs = existsSync(VERSIONS) ? path.join(VERSIONS, readdirSync(VERSIONS).sort().at(-1) ?? '', 'bin') : '';

/** Why a test that needs a Postgres server cannot run, or false. With REQUIRE_REAL=1 it runs, and fails. */
export const POSTGRES_MISSING =
  process.env.REQUIRE_REAL !== '1' && programs === '' ? 'PostgreSQL is not installed' : false;

export type PostgresServer = {
  port: number;
  /** A new, empty database on each call. */
  database(): string;
  /** As a crash would: every connection breaks, what was committed stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
} & AsyncDisposable;

/** A server of its own on loopback, gone with its data when the test is over. It does not run as root, so it gets its user. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await temporaryFolder();
  const user: { uid?: number; gid?: number } = process.getuid?.() === 0 ? accountOf('postgres') : {};
  const data = path.join(folder.path, 'data');
  mkdirSync(data);
  const { uid, gid } = user;
  if (uid !== undefined && gid !== undefined) for (const owned of [folder.path, data]) chownSync(owned, uid, gid);
  const run = (program: string, args: string[]) =>
    execFileSync(path.join(programs, program), args, { ...user, cwd: folder.path, stdio: 'pipe', encoding: 'utf8' });
  run('initdb', ['-D', data, '-U', 'tester', '--auth=trust', '--no-sync', '-E', 'UTF8', '--no-locale']);
  const port = await freePort();
  const settings = [
    'fsync=off',
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder.path}`,
  ];
  const isReady = () => {
    try {
      run('pg_isready', ['-h', '127.0.0.1', '-p', String(port)]);
      return true;
    } catch {
      return false;
    }
  };
  let server: ChildProcess | undefined;
  const start = async () => {
    const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    server = spawn(path.join(programs, 'postgres'), args, { ...user, cwd: folder.path, stdio: 'ignore' });
    while (!isReady()) {
      if (server.exitCode !== null) throw new Error('The Postgres server did not start.');
      await sleep(50);
    }
  };
  const stop = async () => {
    if (server === undefined) return;
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
    server = undefined;
  };
  await start();
  let count = 0;
  return {
    port,
    database() {
      const name = `ledger${++count}`;
      run('createdb', ['-h', '127.0.0.1', '-p', String(port), '-U', 'tester', name]);
      return `postgres://tester@127.0.0.1:${port}/${name}`;
    },
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function accountOf(name: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
