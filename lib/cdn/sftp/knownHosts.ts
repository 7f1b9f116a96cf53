import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { systemCode } from '../../errors.ts';
import { matchesPatterns } from './pattern.ts';

export interface KnownKey {
  marker: 'revoked' | 'cert-authority' | undefined;
  /** Such as `ssh-ed25519`. */
  type: string;
  key: Buffer;
}

/** All keys that the files know for a name: `host`, or `[host]:port` where the port is not 22. */
export async function knownKeys(name: string, files: readonly string[]): Promise<KnownKey[]> {
  const texts = await Promise.all(files.map(textOf));
  return texts.flatMap((text) => keysOf(name.toLowerCase(), text));
}

function keysOf(name: string, text: string): KnownKey[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift()?.slice(1) : undefined;
    const [hosts = '', type = '', key = ''] = words;
    if (hosts.startsWith('#') || key === '' || !isFor(name, hosts)) return [];
    // A line with a marker that nobody knows must not count as one without.
    if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return [];
    return [{ marker, type, key: Buffer.from(key, 'base64') }];
  });
}

function isFor(name: string, hosts: string): boolean {
  if (!hosts.startsWith('|')) return matchesPatterns(name, hosts.toLowerCase().split(','));
  const [, algorithm, salt = '', hash] = hosts.split('|');
  return algorithm === '1' && createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // A file that cannot be read knows no host: that refuses, and lets nobody in.
    if (systemCode(error) !== undefined) return '';
    throw error;
  }
}
