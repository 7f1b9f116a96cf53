import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../../errors.ts';
import type { Agent, AuthMethod, Ssh2 } from './client.ts';

/** In the order they are tried where no IdentityFile is named. */
const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const MAGIC = 'openssh-key-v1\0';

export interface Credentials {
  methods: AuthMethod[];
  /** What is tried, for a message: names of key files, and `the ssh-agent`. */
  tried: string[];
  /** Names of key files that need a passphrase, which nobody can be asked for. */
  locked: string[];
}

export interface CredentialOptions {
  user: string;
  home: string;
  /** Paths; undefined: the default keys. */
  identityFiles: readonly string[] | undefined;
  /** No other keys than those of the files, though the agent may hold more. */
  identitiesOnly: boolean;
  /** The agent's socket. */
  agent?: string | undefined;
}

interface KeyFile {
  name: string;
  text: Buffer;
  isLocked: boolean;
  /** As the agent knows it, where the file tells it. */
  publicKey: Buffer | undefined;
}

/** How to prove who we are: keys that are named, then the agent's, then the default ones. */
export async function readCredentials(options: CredentialOptions, ssh2: Ssh2): Promise<Credentials> {
  const { user, home, identityFiles, identitiesOnly, agent } = options;
  const files = identityFiles ?? DEFAULT_KEYS.map((name) => path.join(home, '.ssh', name));
  const keys = (await Promise.all(files.map(readKey))).filter((key) => key !== undefined);
  const usable = keys.filter(({ isLocked }) => !isLocked);
  const ofFiles = usable.map(({ text }) => ({ type: 'publickey', username: user, key: text }) as const);
  const publicKeys = keys.map(({ publicKey }) => publicKey).filter((key) => key !== undefined);
  const ofAgent =
    agent === undefined
      ? []
      : [{ type: 'agent', username: user, agent: agentFor(ssh2, agent, publicKeys, identitiesOnly) } as const];
  const names = usable.map(({ name }) => `the key ${name}`);
  const agentName = agent === undefined ? [] : ['the ssh-agent'];
  const isNamed = identityFiles !== undefined;
  return {
    methods: isNamed ? [...ofFiles, ...ofAgent] : [...ofAgent, ...ofFiles],
    tried: isNamed ? [...names, ...agentName] : [...agentName, ...names],
    locked: keys.filter(({ isLocked }) => isLocked).map(({ name }) => name),
  };
}

/** The agent, whose keys that the files name come first: a server counts attempts, and ends at six. */
function agentFor({ OpenSSHAgent }: Ssh2, socket: string, first: readonly Buffer[], only: boolean): Agent {
  const isNamed = (key: { getPublicSSH(): Buffer }) => first.some((named) => named.equals(key.getPublicSSH()));
  return new (class extends OpenSSHAgent {
    override getIdentities(done: Parameters<Agent['getIdentities']>[0]): void {
      super.getIdentities((error, keys) => {
        const named = keys?.filter(isNamed) ?? [];
        const others = only ? [] : (keys?.filter((key) => !isNamed(key)) ?? []);
        done(error, keys && [...named, ...others]);
      });
    }
  })(socket);
}

async function readKey(file: string): Promise<KeyFile | undefined> {
  try {
    const text = await readFile(file);
    const publicKey = openSshPart(text)?.publicKey ?? (await publicKeyBeside(file));
    return { name: path.basename(file), text, isLocked: isLocked(text), publicKey };
  } catch (error) {
    // As OpenSSH does: a key that is not there, or may not be read, is not tried.
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}

function isLocked(text: Buffer): boolean {
  const openSsh = openSshPart(text);
  if (openSsh !== undefined) return openSsh.cipher !== 'none';
  return /^Proc-Type: 4,ENCRYPTED|^-----BEGIN ENCRYPTED PRIVATE KEY/m.test(text.toString('latin1'));
}

/** What OpenSSH's own format says in the open: how the key is locked, and its public half. */
function openSshPart(text: Buffer): { cipher: string; publicKey: Buffer } | undefined {
  const [, body = ''] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text.toString('latin1')) ?? [];
  const bytes = Buffer.from(body, 'base64');
  if (!bytes.toString('latin1').startsWith(MAGIC)) return undefined;
  const fields: Buffer[] = [];
  let position = MAGIC.length;
  // Cipher, key derivation, its options; a number of keys; the first public key.
  for (let index = 0; index < 4; index++) {
    if (index === 3) position += 4;
    if (position + 4 > bytes.length) return undefined;
    const end = position + 4 + bytes.readUInt32BE(position);
    fields.push(bytes.subarray(position + 4, end));
    position = end;
  }
  const [cipher, , , publicKey] = fields;
  return cipher && publicKey && { cipher: cipher.toString('latin1'), publicKey };
}

async function publicKeyBeside(file: string): Promise<Buffer | undefined> {
  const text = await readFile(`${file}.pub`, 'utf8').catch(() => '');
  const [, key] = text.trim().split(/\s+/);
  return key === undefined ? undefined : Buffer.from(key, 'base64');
}
