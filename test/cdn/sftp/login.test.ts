import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { fingerprintOf } from '../../../lib/cdn/sftp/hostKey.ts';
import type { VideoToolsetError } from '../../../lib/errors.ts';
import type { CdnDriver } from '../../../types/cdn.ts';
import { failure } from '../../support/failure.ts';
import { freePort } from '../../support/freePort.ts';
import { makeKey, SSHD_MISSING, type SshServer, startSshd } from '../../support/sshd.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { publish } from '../contract.ts';
import { sftpCdn } from './support.ts';

const skip = SSHD_MISSING;
const BYTES = Buffer.from('frames');
const KEY = '2026/11/boat.mp4';

let shared: Promise<SshServer> | undefined;
after(async () => (await shared)?.[Symbol.asyncDispose]());
const theServer = () => {
  shared ??= startSshd({ hostKeys: ['ed25519', 'rsa', 'ecdsa'] });
  return shared;
};

/** A home of its own, with the files of its `.ssh`. */
async function home(files: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  const at = (name: string) => path.join(folder.path, '.ssh', name);
  await mkdir(path.join(folder.path, '.ssh'));
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text, { mode: 0o600 });
  return { path: folder.path, at, [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose]() };
}

/** What publishing fails with. Nothing of a private key is in it. */
async function refusal(driver: CdnDriver, server: SshServer): Promise<VideoToolsetError> {
  const error = await failure(publish(driver, KEY, BYTES));
  await driver.close();
  const shown = inspect(error, { depth: 12 }) + JSON.stringify(error.report());
  for (const line of readFileSync(path.join(server.home, '.ssh', 'id_ed25519'), 'utf8').split('\n'))
    assert.ok(line === '' || !shown.includes(line), 'a private key is in the error');
  assert.ok(!error.report().message.includes(server.home), error.message);
  await server.assertUnused();
  return error;
}

async function works(driver: CdnDriver): Promise<void> {
  await publish(driver, KEY, BYTES);
  await driver.close();
}

const keyOf = (server: SshServer) => readFile(path.join(server.home, '.ssh', 'id_ed25519'), 'utf8');
const hostsOf = (server: SshServer) => readFile(path.join(server.home, '.ssh', 'known_hosts'), 'utf8');

for (const kind of ['ed25519', 'rsa', 'ecdsa'] as const) {
  test(`a server that is known by its ${kind} key only is asked for that one`, { skip }, async () => {
    const server = await theServer();
    await using own = await home({
      id_ed25519: await keyOf(server),
      known_hosts: `[127.0.0.1]:${server.port} ${server.hostKey(kind)}\n`,
    });
    execFileSync('ssh-keygen', ['-H', '-f', own.at('known_hosts')], { stdio: 'ignore' });
    await works(sftpCdn(server, { home: own.path }));
  });
}

test('an unknown host is refused, with its fingerprint, which then lets it in', { skip }, async () => {
  const server = await theServer();
  await using own = await home({ id_ed25519: await keyOf(server) });
  const { message, facts } = await refusal(sftpCdn(server, { home: own.path }), server);
  const fingerprint = fingerprintOf(Buffer.from(server.hostKey().split(' ')[1] ?? '', 'base64'));
  assert.ok(message.includes(`ssh-ed25519 ${fingerprint}`), message);
  assert.match(facts.next_step ?? '', /CDN_HOST_KEY/);
  await works(sftpCdn(server, { home: own.path, hostKeys: [fingerprint] }));
});

test('a changed host key is refused as such', { skip }, async () => {
  const server = await theServer();
  await using own = await home({ id_ed25519: await keyOf(server) });
  makeKey(own.at('other'));
  const other = readFileSync(own.at('other.pub'), 'utf8');
  await writeFile(own.at('known_hosts'), `[127.0.0.1]:${server.port} ${other}`);
  const { message } = await refusal(sftpCdn(server, { home: own.path }), server);
  assert.match(message, /has changed/);
});

test('a server without a key of the kinds that are known is not trusted with another', { skip }, async () => {
  await using server = await startSshd({ hostKeys: ['rsa'] });
  await using own = await home({ id_ed25519: await keyOf(server) });
  makeKey(own.at('other'));
  const other = readFileSync(own.at('other.pub'), 'utf8');
  await writeFile(own.at('known_hosts'), `[127.0.0.1]:${server.port} ${other}`);
  const { code, message } = await refusal(sftpCdn(server, { home: own.path }), server);
  assert.equal(code, 'publish_failed');
  assert.match(message, /could not agree/);
});

test('a revoked host key is refused', { skip }, async () => {
  const server = await theServer();
  await using own = await home({ id_ed25519: await keyOf(server), known_hosts: await hostsOf(server) });
  await appendFile(own.at('known_hosts'), `@revoked * ${server.hostKey()}\n`);
  const { message } = await refusal(sftpCdn(server, { home: own.path }), server);
  assert.match(message, /@revoked/);
});

test('an alias of the SSH configuration leads to host, port, user and key', { skip }, async () => {
  const server = await theServer();
  const config = `Host media\n  HostName 127.0.0.1\n  Port ${server.port}\n  User ${server.user}\n  IdentityFile ~/.ssh/deploy\n`;
  await using own = await home({ deploy: await keyOf(server), known_hosts: await hostsOf(server), config });
  const address = new URL(`sftp://media${server.root}`);
  const driver = sftpCdn(server, { address, home: own.path });
  assert.equal(await driver.url(KEY), `sftp://media${server.root}/${KEY}`);
  await works(driver);
});

test('a key that the server does not know is refused, by name', { skip }, async () => {
  const server = await theServer();
  await using own = await home({ known_hosts: await hostsOf(server) });
  makeKey(own.at('id_ed25519'));
  const { code, message } = await refusal(sftpCdn(server, { home: own.path }), server);
  assert.equal(code, 'publish_failed');
  assert.match(message, /did not let \S+ in\. Tried: the key id_ed25519\./);
});

test('without any key the message says that there was nothing to try', { skip }, async () => {
  const server = await theServer();
  await using own = await home({ known_hosts: await hostsOf(server) });
  const { message } = await refusal(sftpCdn(server, { home: own.path, agent: own.at('no-agent') }), server);
  assert.match(message, /Tried: the ssh-agent/);
  assert.match((await refusal(sftpCdn(server, { home: own.path }), server)).message, /There was nothing to try/);
});

for (const [format, options] of [
  ["OpenSSH's format", []],
  ['PEM', ['-m', 'PEM']],
  ['PKCS #8', ['-m', 'PKCS8']],
] as const) {
  test(`a key with a passphrase, in ${format}, and no agent is told as such`, { skip }, async () => {
    const server = await theServer();
    await using own = await home({ known_hosts: await hostsOf(server) });
    makeKey(own.at('id_rsa'), 'rsa');
    execFileSync('ssh-keygen', ['-q', '-p', ...options, '-N', 'marzipan', '-f', own.at('id_rsa')], { stdio: 'ignore' });
    const { message, facts } = await refusal(sftpCdn(server, { home: own.path }), server);
    assert.match(message, /The key id_rsa has a passphrase/);
    assert.match(facts.next_step ?? '', /ssh-agent/);
    assert.doesNotMatch(message, /marzipan/);
  });
}

test('the agent logs in with a key that is locked on the disk', { skip }, async () => {
  const server = await theServer();
  await using own = await home({ known_hosts: await hostsOf(server), id_ed25519: await keyOf(server) });
  using agent = startAgent(own.at('agent'));
  agent.add(own.at('id_ed25519'));
  execFileSync('ssh-keygen', ['-q', '-p', '-N', 'marzipan', '-f', own.at('id_ed25519')], { stdio: 'ignore' });
  await works(sftpCdn(server, { home: own.path, agent: agent.socket }));
  await rename(own.at('id_ed25519'), own.at('elsewhere'));
  await works(sftpCdn(server, { home: own.path, agent: agent.socket }));
});

test('of an agent with more keys than a server tries, the named one comes first', { skip }, async () => {
  const server = await theServer();
  await using own = await home({ known_hosts: await hostsOf(server) });
  using agent = startAgent(own.at('agent'));
  for (let index = 0; index < 8; index++) {
    makeKey(own.at(`key${index}`));
    agent.add(own.at(`key${index}`));
  }
  await writeFile(own.at('mine'), await keyOf(server), { mode: 0o600 });
  agent.add(own.at('mine'));
  const driver = () => sftpCdn(server, { home: own.path, agent: agent.socket });
  await refusal(driver(), server);
  execFileSync('ssh-keygen', ['-q', '-p', '-N', 'marzipan', '-f', own.at('mine')], { stdio: 'ignore' });
  await writeFile(own.at('config'), 'Host *\n  IdentityFile ~/.ssh/mine\n');
  await works(driver());
  await appendFile(own.at('config'), '  IdentitiesOnly yes\n');
  await works(driver());
  await writeFile(own.at('config'), 'Host *\n  IdentityFile ~/.ssh/key0\n  IdentitiesOnly yes\n');
  const { message } = await refusal(driver(), server);
  assert.match(message, /key0/);
});

test('a server that is not there is told as such', { skip }, async () => {
  await using own = await home();
  const port = await freePort();
  const server = await theServer();
  const driver = sftpCdn(server, { address: new URL(`sftp://me@127.0.0.1:${port}/x`), home: own.path });
  const { code, message, facts } = await failure(publish(driver, KEY, BYTES));
  assert.equal(code, 'publish_failed');
  assert.match(message, new RegExp(`127\\.0\\.0\\.1:${port} could not be reached \\(ECONNREFUSED\\)`));
  assert.equal(facts.retryable, true);
  const nowhere = sftpCdn(server, { address: new URL('sftp://me@no-such-host.invalid/x'), home: own.path });
  await assert.rejects(publish(nowhere, KEY, BYTES), { code: 'publish_failed', message: /could not be reached/ });
});

/** A real ssh-agent. */
function startAgent(socket: string): { socket: string; add(file: string): void } & Disposable {
  const output = execFileSync('ssh-agent', ['-a', socket], { encoding: 'utf8' });
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(output)?.[1]);
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  return {
    socket,
    add: (file) => execFileSync('ssh-add', ['-q', file], { env, stdio: 'ignore' }),
    [Symbol.dispose]: () => process.kill(pid),
  };
}
