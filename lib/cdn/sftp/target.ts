import { userInfo } from 'node:os';
import path from 'node:path';
import { VideoToolsetError } from '../../errors.ts';
import { readSshConfig, type SshConfig, type SshFolders } from './sshConfig.ts';

/** Where an address leads, once ssh_config was asked. */
export interface SftpTarget {
  host: string;
  port: number;
  user: string;
  /** Undefined: the default keys. */
  identityFiles: string[] | undefined;
  identitiesOnly: boolean;
  knownHosts: string[];
  hostKeyAlias: string | undefined;
}

/**
 * The address's own user and port win over ssh_config's.
 * @throws VideoToolsetError `invalid_configuration`, also for a host that can only be reached through another one
 */
export async function resolveTarget(address: URL, folders: SshFolders): Promise<SftpTarget> {
  const typed = address.hostname.replace(/^\[(.*)\]$/, '$1');
  const config = await readSshConfig(typed, folders);
  const first = (keyword: string): string | undefined => config.get(keyword)?.[0]?.[0];
  refuseProxies(typed, config);
  const host = withTokens(first('hostname') ?? typed, { '%h': typed });
  const port = Number(address.port || (first('port') ?? 22));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw wrongConfig(typed, `its Port is ${first('port')}`);
  const user = decodeURIComponent(address.username) || (first('user') ?? userInfo().username);
  const tokens = { '%d': folders.home, '%h': host, '%p': String(port), '%r': user, '%u': userInfo().username };
  const fileOf = (name: string) =>
    path.resolve(folders.home, withTokens(name, tokens).replace(/^~(?=\/)/, folders.home));
  const named = config.get('identityfile')?.map(([name = 'none']) => name);
  return {
    host,
    port,
    user,
    identityFiles: named?.filter((name) => name.toLowerCase() !== 'none').map(fileOf),
    identitiesOnly: first('identitiesonly')?.toLowerCase() === 'yes',
    knownHosts: [
      ...(config.get('userknownhostsfile')?.[0] ?? ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']).map(fileOf),
      ...['ssh_known_hosts', 'ssh_known_hosts2'].map((name) => path.join(folders.system, name)),
    ],
    hostKeyAlias: first('hostkeyalias'),
  };
}

function refuseProxies(host: string, config: SshConfig): void {
  for (const [keyword, name] of [
    ['proxyjump', 'ProxyJump'],
    ['proxycommand', 'ProxyCommand'],
  ] as const) {
    const value = config.get(keyword)?.[0]?.[0];
    if (value !== undefined && value.toLowerCase() !== 'none') {
      throw wrongConfig(host, `it is reached through ${name}, which is not supported here`);
    }
  }
}

function withTokens(text: string, tokens: Record<string, string>): string {
  return text.replace(/%./g, (token) => (token === '%%' ? '%' : (tokens[token] ?? token)));
}

function wrongConfig(host: string, problem: string): VideoToolsetError {
  return new VideoToolsetError('invalid_configuration', `SSH configuration of ${host}: ${problem}.`, {
    next_step: 'Set CDN_URL (option cdn) to a host that can be reached directly, or correct the SSH configuration.',
  });
}
