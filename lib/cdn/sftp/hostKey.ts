import { createHash } from 'node:crypto';
import { VideoToolsetError } from '../../errors.ts';
import { type KnownKey, knownKeys } from './knownHosts.ts';

/** Signatures that each kind of host key may be asked for, the best first; SHA-1 is not among them. */
const ALGORITHMS = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const;

export type HostKeyAlgorithm = (typeof ALGORITHMS)[keyof typeof ALGORITHMS][number];

export interface HostKeyCheck {
  /** What may be offered in the key exchange. */
  algorithms: HostKeyAlgorithm[];
  /** @throws VideoToolsetError where the key must not be trusted */
  verify(key: Buffer): void;
}

export interface HostKeyOptions {
  host: string;
  port: number;
  /** The name in known_hosts, where it is not the host's own. */
  alias?: string | undefined;
  files: readonly string[];
  /** Fingerprints, `SHA256:…`, that are accepted on purpose. */
  accepted: readonly string[];
}

/**
 * What known_hosts says of a host, as OpenSSH reads it. Only keys of the kinds that are known are asked for: a server that
 * has several must not be taken for a stranger because it showed another one.
 * @throws VideoToolsetError `publish_failed` where the host can never be trusted
 */
export async function checkHostKey(options: HostKeyOptions): Promise<HostKeyCheck> {
  const { host, port, alias, files, accepted } = options;
  const name = alias ?? (port === 22 ? host : `[${host}]:${port}`);
  const named = await knownKeys(name, files);
  // Like OpenSSH: what is known of the host without its port lets it in, but does not make another key a changed one.
  const unported = named.length === 0 && name !== host ? await knownKeys(host, files) : [];
  const entries = [...named, ...unported];
  const trusted = entries.filter((entry) => entry.marker === undefined);
  const kinds = Object.keys(ALGORITHMS).filter((kind) => trusted.some(({ type }) => type === kind));
  const isStranger = named.every(({ marker }) => marker !== undefined);
  if (kinds.length === 0 && trusted.length > 0 && accepted.length === 0) throw unusableKinds(name, trusted);
  const others =
    isStranger || accepted.length > 0 ? Object.keys(ALGORITHMS).filter((kind) => !kinds.includes(kind)) : [];

  return {
    algorithms: [...kinds, ...others].flatMap((kind) => (isKind(kind) ? ALGORITHMS[kind] : [])),
    verify(key) {
      const fingerprint = fingerprintOf(key);
      const matching = entries.filter((entry) => entry.key.equals(key));
      if (matching.some(({ marker }) => marker === 'revoked')) throw revoked(name, fingerprint);
      if (accepted.includes(fingerprint) || matching.some(({ marker }) => marker === undefined)) return;
      const shown = `${typeOf(key)} ${fingerprint}`;
      if (accepted.length > 0) throw notAccepted(name, shown);
      if (!isStranger) throw changed(name, shown, trusted);
      throw unknown(name, shown, options, entries);
    },
  };
}

export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function isKind(kind: string): kind is keyof typeof ALGORITHMS {
  return kind in ALGORITHMS;
}

/** A key begins with its kind, as a text with its length before it. */
function typeOf(key: Buffer): string {
  return key.length < 4 ? 'unknown' : key.toString('latin1', 4, 4 + Math.min(key.readUInt32BE(0), 64));
}

function unknown(name: string, shown: string, { host, port }: HostKeyOptions, entries: readonly KnownKey[]) {
  const authority = entries.some(({ marker }) => marker === 'cert-authority')
    ? ' known_hosts has only a certificate authority for it, and host certificates are not supported.'
    : '';
  return refusal(
    `The host key of ${name} is not known: it showed ${shown}.${authority} Nothing was sent.`,
    `Compare the fingerprint with the server's own (ssh-keygen -lf on its /etc/ssh/ssh_host_*_key.pub). If it is the same, connect once with ${
      port === 22 ? `ssh ${host}` : `ssh -p ${port} ${host}`
    }, or set CDN_HOST_KEY to it.`,
  );
}

function changed(name: string, shown: string, trusted: readonly KnownKey[]) {
  const known = trusted.map(({ type, key }) => `${type} ${fingerprintOf(key)}`).join(', ');
  return refusal(
    `The host key of ${name} has changed: it showed ${shown}, known_hosts has ${known}. Somebody may stand between. Nothing was sent.`,
    'Ask who runs the server whether its key was changed on purpose; only then remove the old one with ssh-keygen -R and accept the new one.',
  );
}

function notAccepted(name: string, shown: string) {
  return refusal(
    `The host key of ${name} is not the one that CDN_HOST_KEY accepts: it showed ${shown}. Nothing was sent.`,
    "Compare the fingerprint with the server's own, and set CDN_HOST_KEY to it if it is the same.",
  );
}

function revoked(name: string, fingerprint: string) {
  return refusal(
    `The host key of ${name}, ${fingerprint}, is marked as @revoked in known_hosts. Nothing was sent.`,
    'Have the server use another host key.',
  );
}

function unusableKinds(name: string, trusted: readonly KnownKey[]) {
  return refusal(
    `known_hosts has only keys for ${name} that cannot be checked here (${trusted.map(({ type }) => type).join(', ')}).`,
    `Add another of its keys: ssh-keyscan shows them, and the server's fingerprints tell whether they are its own.`,
  );
}

function refusal(message: string, next_step: string): VideoToolsetError {
  return new VideoToolsetError('publish_failed', message, { next_step });
}
