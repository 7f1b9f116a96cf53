import { type ErrorFacts, systemCode, VideoToolsetError } from '../../errors.ts';
import type { Credentials } from './credentials.ts';
import type { SftpTarget } from './target.ts';

/** SFTP's own status codes (draft-ietf-secsh-filexfer-02, section 7). */
export const STATUS = { endOfFile: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;

export function statusOf(error: unknown): number | undefined {
  const { code } = Object(error);
  return typeof code === 'number' ? code : undefined;
}

/** Why no connection came about. */
export function connectFailure(error: unknown, target: SftpTarget, credentials: Credentials): VideoToolsetError {
  if (error instanceof VideoToolsetError) return error;
  const where = `${target.host}:${target.port}`;
  switch (levelOf(error)) {
    case 'client-authentication':
      return loginFailure(error, target, credentials);
    case 'client-timeout':
      return failure(`${where} did not answer as an SSH server in time.`, {
        cause: error,
        retryable: true,
        next_step: 'Check host and port of CDN_URL, and whether a firewall stands between; then publish again.',
      });
    case 'handshake':
    case 'protocol':
      return failure(`${where} and this program could not agree on how to connect (${reasonOf(error)}).`, {
        cause: error,
        retryable: true,
        next_step: `Check that it is an SSH server and that known_hosts has one of its present keys: ssh -v -p ${target.port} ${target.host} shows more.`,
      });
    default:
      return failure(`${where} could not be reached (${systemCode(error) ?? reasonOf(error)}).`, {
        cause: error,
        retryable: true,
        next_step: NEXT_STEPS[systemCode(error) ?? ''] ?? 'Check host and port of CDN_URL; then publish again.',
      });
  }
}

const NEXT_STEPS: Record<string, string> = {
  ECONNREFUSED: 'Check that an SSH server runs there, and the port of CDN_URL; then publish again.',
  ENOTFOUND: 'Check the name of the host in CDN_URL, or the HostName in the SSH configuration.',
  EAI_AGAIN: 'The name of the host could not be looked up; check the network, then publish again.',
};

function loginFailure(cause: unknown, { host, user }: SftpTarget, { tried, locked }: Credentials): VideoToolsetError {
  const keys = tried.length === 0 ? 'There was nothing to try' : `Tried: ${tried.join(', ')}`;
  const passphrase = locked.length === 0 ? '' : ` The key ${locked.join(', ')} has a passphrase and was left out.`;
  return failure(`${host} did not let ${user} in. ${keys}.${passphrase} Nothing was sent.`, {
    cause,
    next_step:
      locked.length > 0
        ? `Start an ssh-agent, run ssh-add on the key ${locked.join(', ')}, and publish again with SSH_AUTH_SOCK set.`
        : `Add a public key of yours to the authorized keys of ${user}, or name its key with IdentityFile in ~/.ssh/config.`,
  });
}

/** Logged in, but there is no SFTP. */
export function noSftp(cause: unknown, { host, user }: SftpTarget): VideoToolsetError {
  if (cause instanceof VideoToolsetError) return cause;
  return failure(`${host} let ${user} in, but offers no SFTP (${reasonOf(cause)}).`, {
    cause,
    next_step: `Check that sshd_config of the server has a Subsystem sftp, and that ${user} may use it.`,
  });
}

/** The connection ended while it was needed. */
export function lostConnection({ host, port }: SftpTarget, cause?: unknown): VideoToolsetError {
  return failure(`The connection to ${host}:${port} was lost (${systemCode(cause) ?? 'closed by the other side'}).`, {
    cause,
    retryable: true,
    next_step: 'Publish the file again; nothing of it is public.',
  });
}

/** What the server refused. @param what such as `write the file` */
export function refusedRequest(error: unknown, what: string, host: string): unknown {
  switch (statusOf(error)) {
    case undefined:
      return error;
    case STATUS.noSuchFile:
      return failure(`${host} has no such folder: it could not ${what}.`, {
        cause: error,
        next_step: 'Make the folder that CDN_URL names on the server, or correct its path (a chroot begins anew at /).',
      });
    case STATUS.permissionDenied:
      return failure(`${host} does not permit to ${what} (permission denied).`, {
        cause: error,
        next_step: 'Give the user of CDN_URL write access to the folder that it names, on the server.',
      });
    default:
      return failure(`${host} failed to ${what} (${reasonOf(error)}).`, {
        cause: error,
        retryable: true,
        next_step: 'Check the disk, the quota and the log of the server; then publish again.',
      });
  }
}

export function fullDisk(cause: unknown, host: string): VideoToolsetError {
  return new VideoToolsetError('disk_full', `The disk of ${host} is full: nothing was published.`, {
    cause,
    retryable: true,
    next_step: 'Free some space on the server, then publish again.',
  });
}

function failure(message: string, facts: ErrorFacts): VideoToolsetError {
  return new VideoToolsetError('publish_failed', message, facts);
}

export function levelOf(error: unknown): string | undefined {
  const { level } = Object(error);
  return typeof level === 'string' ? level : undefined;
}

/** What the other side wrote is shortened: it may say anything. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 120);
}
