import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, loadSsh2, type Sftp, type SshClient } from './client.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { connectFailure, levelOf, lostConnection, noSftp } from './failure.ts';
import { checkHostKey } from './hostKey.ts';
import { resolveTarget, type SftpTarget } from './target.ts';

export interface SessionOptions {
  address: URL;
  /** Fingerprints of host keys that are accepted on purpose. */
  hostKeys: readonly string[];
  /** The ssh-agent's socket. */
  agent?: string | undefined;
  home: string;
  /** The machine's own `ssh_config` and `ssh_known_hosts`. */
  system: string;
}

/** One connection, with SFTP's subsystem open on it. */
export interface Session {
  readonly target: SftpTarget;
  readonly isLost: boolean;
  /** One request of SFTP with a result; it fails when the connection does, which ssh2 by itself would not always tell. */
  request<T>(send: (sftp: Sftp, done: (error: Error | undefined, result: T) => void) => void): Promise<T>;
  /** Likewise, where there is no result. */
  order(send: (sftp: Sftp, done: (error?: Error | null) => void) => void): Promise<void>;
  /** What a command wrote to its output, within the time. @throws where commands are not allowed, or it took too long */
  run(command: string, limitMs: number): Promise<string>;
  end(): Promise<void>;
}

const READY_MS = 20_000;
const KEEP_ALIVE_MS = 15_000;
const END_MS = 2_000;
const OUTPUT_LIMIT = 64 * 1024;

/**
 * Connects and logs in; the host's key is checked first.
 * @throws VideoToolsetError `missing_package`, `invalid_configuration`, `publish_failed`
 */
export async function openSession(options: SessionOptions, signal: AbortSignal, onLost: () => void): Promise<Session> {
  const ssh2 = loadSsh2();
  const target = await resolveTarget(options.address, options);
  const { host, port, hostKeyAlias: alias, knownHosts: files } = target;
  const check = await checkHostKey({ host, port, alias, files, accepted: options.hostKeys });
  const credentials = await readCredentials({ ...target, home: options.home, agent: options.agent }, ssh2);
  const client = new ssh2.Client();
  const waiting = new Set<(error: unknown) => void>();
  let socket: Socket | undefined;
  let isLost = false;
  let cause: unknown;

  const lose = (error?: unknown) => {
    // An agent that does not answer is one way less to log in, and no more.
    if (levelOf(error) === 'agent') return;
    cause ??= error;
    if (isLost) return;
    isLost = true;
    onLost();
    client.destroy();
    for (const fail of waiting) fail(lostConnection(target, cause));
    waiting.clear();
  };

  const guarded = <T>(start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      if (isLost) return reject(lostConnection(target, cause));
      waiting.add(reject);
      const settle = (finish: () => void) => {
        // What ssh2 answers for a connection that just broke is told better by its loss.
        if (waiting.delete(reject)) finish();
      };
      // ssh2 writes each packet in three parts, of which two are tiny: they go out together.
      socket?.cork();
      try {
        start(
          (value) => settle(() => resolve(value)),
          (error) => settle(() => reject(error)),
        );
      } catch (error) {
        settle(() => reject(error));
      }
      process.nextTick(() => socket?.uncork());
    });

  try {
    socket = await logIn(client, target, credentials, check, signal);
  } catch (error) {
    client.on('error', () => undefined);
    client.destroy();
    throw connectFailure(error, target, credentials);
  }
  client.on('error', lose).on('end', lose).on('close', lose);
  const sftp = await guarded<Sftp>((resolve, reject) =>
    client.sftp((error, opened) => (error ? reject(error) : resolve(opened))),
  ).catch((error) => {
    client.destroy();
    throw noSftp(error, target);
  });
  sftp.on('error', lose).on('close', lose);

  return {
    target,
    get isLost() {
      return isLost;
    },
    request: (send) =>
      guarded((resolve, reject) => send(sftp, (error, result) => (error ? reject(error) : resolve(result)))),
    order: (send) => guarded((resolve, reject) => send(sftp, (error) => (error ? reject(error) : resolve()))),
    run: (command, limitMs) =>
      guarded((resolve, reject) =>
        client.exec(command, (error, channel) => {
          if (error) return reject(error);
          outputOf(channel, limitMs).then(resolve, reject);
        }),
      ),
    async end() {
      if (isLost) return;
      const closed = once(client, 'close').catch(() => undefined);
      client.end();
      await Promise.race([closed, pause(END_MS, undefined, { ref: false })]);
      client.destroy();
    },
  };
}

type Check = Awaited<ReturnType<typeof checkHostKey>>;

async function logIn(
  client: SshClient,
  target: SftpTarget,
  { methods }: Credentials,
  check: Check,
  signal: AbortSignal,
): Promise<Socket> {
  let untrusted: unknown;
  const left = methods.values();
  signal.throwIfAborted();
  const socket = connect({ host: target.host, port: target.port, noDelay: true });
  const stop = () => socket.destroy(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => {
      if (levelOf(error) !== 'agent') reject(untrusted ?? error);
    };
    client
      .on('error', fail)
      .on('close', () => fail(new Error('closed before it was ready')))
      .on('ready', resolve)
      .connect({
        sock: socket,
        username: target.user,
        readyTimeout: READY_MS,
        keepaliveInterval: KEEP_ALIVE_MS,
        algorithms: { serverHostKey: check.algorithms },
        hostVerifier: (key: Buffer) => {
          try {
            check.verify(key);
            return true;
          } catch (error) {
            untrusted = error;
            return false;
          }
        },
        authHandler: () => left.next().value ?? false,
      });
  }).finally(() => signal.removeEventListener('abort', stop));
  client.removeAllListeners('close').removeAllListeners('error');
  return socket;
}

async function outputOf(channel: Channel, limitMs: number): Promise<string> {
  const timer = setTimeout(() => channel.destroy(new Error(`no answer within ${limitMs} ms`)), limitMs);
  try {
    channel.stdin.end();
    channel.stderr.resume();
    let output = '';
    for await (const chunk of channel) {
      output += chunk;
      if (output.length > OUTPUT_LIMIT) throw new Error('the command wrote too much');
    }
    return output;
  } finally {
    clearTimeout(timer);
    channel.close();
  }
}
