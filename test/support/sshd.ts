import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './freePort.ts';
import { temporaryFolder } from './temporary.ts';

const SSHD = '/usr/sbin/sshd';
const REQUIRED = process.env.REQUIRE_REAL === '1';
const isRoot = process.getuid?.() === 0;

/** Why a test that needs an SSH server cannot run, or false. With REQUIRE_REAL=1 it runs, and fails. */
export const SSHD_MISSING = !REQUIRED && !existsSync(SSHD) ? 'openssh-server is not installed' : false;
/** Likewise for one that needs a Unix user of its own. */
export const ACCOUNT_MISSING =
  SSHD_MISSING || (!REQUIRED && !isRoot ? 'making a Unix user for the test needs root' : false);

export type KeyKind = 'ed25519' | 'rsa' | 'ecdsa';

/** The user and the folder that a test publishes with. */
export type Account = {
  user: string;
  /** As the account sees it. */
  root: string;
  /** The same folder, as it lies on the disk. */
  folder: string;
  /** What sshd_config must say of it. */
  settings: string[];
} & Disposable;

export interface SshServerOptions {
  /** @default one with a shell, made for the server where root runs the tests, else the user who runs them */
  account?: Account;
  /** @default ['ed25519'] */
  hostKeys?: readonly KeyKind[];
  /** More lines of sshd_config. */
  settings?: readonly string[];
}

export type SshServer = {
  port: number;
  user: string;
  /** Where clips go, as the account sees it. */
  root: string;
  /** The same folder, as it lies on the disk. */
  folder: string;
  /** A home whose `.ssh` has a key that is let in, and knows the server. */
  home: string;
  address: URL;
  /** The public host key of a kind, as a line of known_hosts without the host. */
  hostKey(kind?: KeyKind): string;
  /** Kills the server and all its connections, as a machine that fails would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** How many connections there are. */
  connections(): number;
  /** Fails where a connection is still there after a while: a server needs a moment to see that one ended. */
  assertUnused(): Promise<void>;
} & AsyncDisposable;

/** Debian's own SSH server on loopback, with keys of its own. */
export async function startSshd(options: SshServerOptions = {}): Promise<SshServer> {
  const { hostKeys = ['ed25519'], settings = [] } = options;
  // Whoever runs the tests may have a shell that does much at its start, and takes it ill to be killed; ours is bare.
  const own = options.account === undefined && isRoot ? makeAccount() : undefined;
  const account = options.account ?? own;
  const folder = await temporaryFolder();
  const at = (...names: string[]) => path.join(folder.path, ...names);
  // Whoever logs in must be able to go through it.
  chmodSync(folder.path, 0o755);
  if (isRoot) mkdirSync('/run/sshd', { recursive: true });
  mkdirSync(at('home', '.ssh'), { recursive: true });
  mkdirSync(at('clips'));
  makeKey(at('home', '.ssh', 'id_ed25519'), 'ed25519');
  for (const kind of hostKeys) makeKey(at(`host_${kind}`), kind);
  const port = await freePort();
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeys.map((kind) => `HostKey ${at(`host_${kind}`)}`),
    'PidFile none',
    `AuthorizedKeysFile ${at('home', '.ssh', 'id_ed25519.pub')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'MaxStartups 100',
    'Subsystem sftp internal-sftp',
    ...settings,
    ...(account?.settings ?? []),
  ];
  writeFileSync(at('sshd_config'), `${lines.join('\n')}\n`);
  const hostKey = (kind: KeyKind = hostKeys[0] ?? 'ed25519') =>
    readFileSync(at(`host_${kind}.pub`), 'utf8')
      .split(' ', 2)
      .join(' ');
  writeFileSync(
    at('home', '.ssh', 'known_hosts'),
    hostKeys.map((kind) => `[127.0.0.1]:${port} ${hostKey(kind)}\n`).join(''),
  );
  const user = account?.user ?? userInfo().username;
  const root = account?.root ?? at('clips');
  const published = account?.folder ?? at('clips');

  let server: ReturnType<typeof spawn> | undefined;
  const start = async () => {
    server = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    server.stderr?.on('data', (chunk) => {
      log += chunk;
    });
    while (!(await answers(port))) {
      if (server.exitCode !== null) throw new Error(`sshd did not start: ${log}`);
      await sleep(20);
    }
  };
  const kill = async () => {
    if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    for (const pid of processesOf(server.pid)) endProcess(pid);
    await ended;
  };
  const connections = () => (server?.pid === undefined ? 0 : childrenOf(server.pid).length);
  await start();
  return {
    port,
    user,
    root,
    folder: published,
    home: at('home'),
    address: new URL(`sftp://${user}@127.0.0.1:${port}${root}`),
    hostKey,
    kill,
    start,
    connections,
    async assertUnused() {
      for (let attempt = 0; connections() > 0; attempt++) {
        if (attempt === 250) throw new Error(`${connections()} connections are still open`);
        await sleep(20);
      }
    },
    async [Symbol.asyncDispose]() {
      await kill();
      own?.[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A new key pair, `file` and `file.pub`. */
export function makeKey(file: string, kind: KeyKind = 'ed25519', passphrase = ''): void {
  const bits = kind === 'rsa' ? ['-b', '2048'] : [];
  execFileSync('ssh-keygen', ['-q', '-t', kind, ...bits, '-N', passphrase, '-C', 'test', '-f', file]);
}

/** A Unix user of its own; its folder is the whole of what it sees where it is locked into it. Needs root. */
export function makeAccount({ isLockedIn = false }: { isLockedIn?: boolean } = {}): Account {
  const user = `vts-${randomBytes(4).toString('hex')}`;
  // Every folder on the way to a chroot must be root's alone, which /tmp is not.
  const base = mkdtempSync('/var/lib/video-toolset-test-');
  chmodSync(base, 0o755);
  mkdirSync(path.join(base, 'clips'));
  // Others may be making users, too, and the file of passwords is locked for a moment.
  for (let attempt = 0; ; attempt++) {
    const { status, stderr } = spawnSync(
      'useradd',
      ['--password', '*', '--shell', '/bin/sh', '--no-create-home', '--home-dir', '/', user],
      { encoding: 'utf8' },
    );
    if (status === 0) break;
    if (attempt === 50) throw new Error(`useradd: ${stderr}`);
    spawnSync('sleep', ['0.1']);
  }
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  chownSync(path.join(base, 'clips'), id('-u'), id('-g'));
  const folder = path.join(base, 'clips');
  const lock = [`Match User ${user}`, `ChrootDirectory ${base}`, 'ForceCommand internal-sftp', 'AllowTcpForwarding no'];
  return {
    user,
    root: isLockedIn ? '/clips' : folder,
    folder,
    settings: isLockedIn ? lock : [],
    [Symbol.dispose]() {
      for (let attempt = 0; attempt < 50; attempt++) {
        const { status } = spawnSync('userdel', ['--force', user]);
        // 6: there is no such user (any more).
        if (status === 0 || status === 6) break;
        spawnSync('sleep', ['0.1']);
      }
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket
      .once('data', () => finish(true))
      .once('error', () => finish(false))
      .once('close', () => finish(false));
    const finish = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
  });
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function processesOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(processesOf)];
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
