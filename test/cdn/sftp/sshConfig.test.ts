import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { resolveTarget, type SftpTarget } from '../../../lib/cdn/sftp/target.ts';
import { SSHD_MISSING } from '../../support/sshd.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const skip = SSHD_MISSING;

async function configured(files: Record<string, string>) {
  const folder = await temporaryFolder();
  const at = (name: string) => path.join(folder.path, name);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), text.replaceAll('HOME', folder.path));
  }
  return {
    home: folder.path,
    resolve: (address: string): Promise<SftpTarget> =>
      resolveTarget(new URL(address), { home: folder.path, system: at('etc') }),
    /** What OpenSSH itself makes of the user's file; it takes `~` and a relative Include from the passwd entry's home. */
    openSsh(host: string) {
      const output = execFileSync('ssh', ['-G', '-F', at('.ssh/config'), host], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const values = (keyword: string) =>
        [...output.matchAll(new RegExp(`^${keyword} (.*)$`, 'gm'))].map(([, value = '']) => value);
      return {
        host: values('hostname')[0],
        port: Number(values('port')[0]),
        user: values('user')[0],
        identityFiles: values('identityfile'),
      };
    },
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  };
}

const TRICKY = `
# a comment
  Host=media
    HostName media.internal.example
    user = "deploy"
    IdentityFile HOME/.ssh/media_key
    IdentityFile "HOME/a key"   # with a blank
Host web-* !web-9 other
    Port 2201
    HostName %h.example.com
    User first
Host *
    User fallback
    Port 2299
Host web-1
    User too-late
    IdentityFile HOME/late
Match host media exec "false"
    User never
Match all
    IdentityFile HOME/last
HOST Case
    hostname case.example
Include HOME/.ssh/more/*.conf
Host inactive
    Include HOME/.ssh/inactive
`;
const INCLUDED = {
  '.ssh/more/a.conf': 'IdentityFile HOME/of-case\nHost included\n  HostName included.example\n',
  '.ssh/more/b.conf': 'Host Case\n  IdentityFile HOME/second\n',
  '.ssh/inactive': 'Host *\n  IdentityFile HOME/never\n',
};

test('aliases, patterns, Include and Match come out as OpenSSH has them', { skip }, async () => {
  await using config = await configured({ '.ssh/config': TRICKY, ...INCLUDED });
  for (const host of [
    'media',
    'web-1',
    'web-9',
    'other',
    'Case',
    'case',
    'included',
    'inactive',
    'plain.example',
    '10.0.0.1',
  ]) {
    const { user, port, host: name, identityFiles } = await config.resolve(`sftp://${host}/clips`);
    assert.deepEqual({ host: name, port, user, identityFiles }, config.openSsh(host), host);
  }
});

test('the address has the last word on user and port', async () => {
  await using config = await configured({ '.ssh/config': 'Host media\nUser deploy\nPort 2222\n' });
  const { user, port, host } = await config.resolve('sftp://me%40corp@media:2022/clips');
  assert.deepEqual({ user, port, host }, { user: 'me@corp', port: 2022, host: 'media' });
});

test('without any file there are defaults', async () => {
  await using config = await configured({});
  const target = await config.resolve('sftp://[::1]/clips');
  assert.deepEqual(target, {
    host: '::1',
    port: 22,
    user: userInfo().username,
    identityFiles: undefined,
    identitiesOnly: false,
    hostKeyAlias: undefined,
    knownHosts: [
      `${config.home}/.ssh/known_hosts`,
      `${config.home}/.ssh/known_hosts2`,
      `${config.home}/etc/ssh_known_hosts`,
      `${config.home}/etc/ssh_known_hosts2`,
    ],
  });
});

test("the user's file comes before the machine's, tokens and ~ are filled in", async () => {
  await using config = await configured({
    '.ssh/config':
      'Host media\n  IdentityFile ~/.ssh/%r-%h-%%\n  UserKnownHostsFile ~/hosts %d/more\n  HostKeyAlias alias\n',
    'etc/ssh_config': 'Include more\nHost *\n  User machine\n  IdentitiesOnly yes\n  UserKnownHostsFile /ignored\n',
    'etc/more': 'Host media\nHostName media.example\n',
  });
  const target = await config.resolve('sftp://media/clips');
  assert.equal(target.user, 'machine');
  assert.deepEqual(target.identityFiles, [`${config.home}/.ssh/machine-media.example-%`]);
  assert.deepEqual(target.knownHosts.slice(0, 2), [`${config.home}/hosts`, `${config.home}/more`]);
  assert.equal(target.hostKeyAlias, 'alias');
  assert.equal(target.identitiesOnly, true);
});

test('a host that is reached through another one is refused, and says why', async () => {
  await using config = await configured({
    '.ssh/config':
      'Host direct\n  ProxyJump none\nHost jump\n  ProxyJump bastion\nHost command\n  ProxyCommand nc %h %p\nHost *\n  ProxyJump last\n',
  });
  await assert.rejects(config.resolve('sftp://jump/x'), { code: 'invalid_configuration', message: /ProxyJump/ });
  await assert.rejects(config.resolve('sftp://other/x'), { code: 'invalid_configuration', message: /ProxyJump/ });
  await assert.rejects(config.resolve('sftp://command/x'), { code: 'invalid_configuration', message: /Proxy/ });
  assert.equal((await config.resolve('sftp://direct/x')).host, 'direct');
});

test('a port that is none, and files that include each other, are refused', async () => {
  await using config = await configured({ '.ssh/config': 'Host a\n  Port many\nHost b\n  Include config\n' });
  await assert.rejects(config.resolve('sftp://a/x'), { code: 'invalid_configuration', message: /Port is many/ });
  await assert.rejects(config.resolve('sftp://b/x'), { code: 'invalid_configuration', message: /never end/ });
});
