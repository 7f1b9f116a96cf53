import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Readable, Writable } from 'node:stream';
import type SftpClient from 'ssh2-sftp-client';
import { VideoToolsetError } from '../../errors.ts';

type ConnectOptions = SftpClient.ConnectOptions;
/** SFTP's own requests, as ssh2 offers them. */
export type Sftp = Awaited<ReturnType<SftpClient['connect']>>;

export interface Agent {
  getIdentities(done: (error: Error | undefined, keys?: { getPublicSSH(): Buffer }[]) => void): void;
}

export type AuthMethod =
  | { type: 'publickey'; username: string; key: Buffer }
  | { type: 'agent'; username: string; agent: Agent };

export interface Channel extends Readable {
  stdin: Writable;
  stderr: Readable;
  close(): void;
}

export interface SshClient extends EventEmitter {
  connect(
    options: Omit<ConnectOptions, 'authHandler'> & {
      authHandler(
        left: unknown,
        isPartial: boolean,
        next: (method: AuthMethod | false) => void,
      ): AuthMethod | false | undefined;
    },
  ): this;
  sftp(done: (error: Error | undefined, sftp: Sftp) => void): this;
  exec(command: string, done: (error: Error | undefined, channel: Channel) => void): this;
  end(): this;
  destroy(): this;
}

/** The part of ssh2 that is used here. */
export interface Ssh2 {
  Client: new () => SshClient;
  OpenSSHAgent: new (socket: string) => Agent;
}

/**
 * ssh2-sftp-client brings ssh2, which is used directly: writes side by side, commands and the causes of errors are out of
 * the wrapper's reach.
 * @throws VideoToolsetError `missing_package`
 */
export function loadSsh2(): Ssh2 {
  try {
    return createRequire(import.meta.resolve('ssh2-sftp-client'))('ssh2');
  } catch (cause) {
    throw new VideoToolsetError('missing_package', 'Publishing over SFTP needs the package ssh2-sftp-client.', {
      cause,
      next_step: 'npm install ssh2-sftp-client@12',
    });
  }
}
