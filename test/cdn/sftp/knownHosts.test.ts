import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { checkHostKey, fingerprintOf } from '../../../lib/cdn/sftp/hostKey.ts';
import { knownKeys } from '../../../lib/cdn/sftp/knownHosts.ts';
import { type KeyKind, makeKey, SSHD_MISSING } from '../../support/sshd.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const skip = SSHD_MISSING;

/** A known_hosts file, and keys to put into it. */
async function hosts() {
  const folder = await temporaryFolder();
  const file = path.join(folder.path, 'known_hosts');
  const key = (name: string, kind: KeyKind = 'ed25519') => {
    const location = path.join(folder.path, name);
    makeKey(location, kind);
    const line = readFileSync(`${location}.pub`, 'utf8').split(' ', 2).join(' ');
    const fingerprint =
      execFileSync('ssh-keygen', ['-lf', `${location}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? '';
    return { line, fingerprint, blob: Buffer.from(line.split(' ')[1] ?? '', 'base64') };
  };
  return {
    file,
    key,
    write: (...lines: string[]) => writeFile(file, `${lines.join('\n')}\n`),
    check: (host: string, port = 22, accepted: string[] = []) => checkHostKey({ host, port, files: [file], accepted }),
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  };
}

test('names match in lists, with wildcards, in any case, and not where they are excluded', { skip }, async () => {
  await using known = await hosts();
  const { line, blob } = known.key('a');
  await known.write(
    '# a comment',
    '',
    `one.example,two.example ${line} a comment`,
    `*.media.example,!secret.media.example ${line}`,
    `10.0.0.? ${line}`,
    `[port.example]:2222 ${line}`,
    `  UPPER.example\t${line}  `,
    `@unheard-of marked.example ${line}`,
    `broken.example ssh-ed25519`,
    `a.b+c ${line}`,
  );
  const isKnown = async (name: string) => (await knownKeys(name, [known.file])).some(({ key }) => key.equals(blob));
  for (const name of [
    'one.example',
    'two.example',
    'a.media.example',
    '10.0.0.7',
    '[port.example]:2222',
    'upper.example',
    'UPPER.EXAMPLE',
    'a.b+c',
  ])
    assert.ok(await isKnown(name), name);
  for (const name of [
    'xone.example',
    'one.exampl',
    'secret.media.example',
    '10.0.0.77',
    'port.example',
    '[port.example]:22',
    'marked.example',
    'broken.example',
    'axb+c',
    '#',
  ])
    assert.ok(!(await isKnown(name)), name);
});

test('hashed names are found, with and without a port', { skip }, async () => {
  await using known = await hosts();
  const { line, blob } = known.key('a');
  await known.write(`host.example ${line}`, `[host.example]:2222 ${line}`, `10.0.0.1 ${line}`);
  execFileSync('ssh-keygen', ['-H', '-f', known.file], { stdio: 'ignore' });
  assert.doesNotMatch(readFileSync(known.file, 'utf8'), /example/);
  for (const name of ['host.example', 'HOST.example', '[host.example]:2222', '10.0.0.1'])
    assert.deepEqual(
      (await knownKeys(name, [known.file])).map(({ key }) => key),
      [blob],
      name,
    );
  assert.deepEqual(await knownKeys('[host.example]:2223', [known.file]), []);
});

test('several files are read, and one that is missing knows nobody', { skip }, async () => {
  await using known = await hosts();
  await known.write(`host.example ${known.key('a').line}`);
  assert.equal((await knownKeys('host.example', [`${known.file}.none`, known.file, known.file])).length, 2);
});

test('a fingerprint is the one that ssh-keygen shows', { skip }, async () => {
  await using known = await hosts();
  for (const kind of ['ed25519', 'rsa', 'ecdsa'] as const) {
    const { blob, fingerprint } = known.key(kind, kind);
    assert.equal(fingerprintOf(blob), fingerprint);
  }
});

test('only kinds that are known of the host are asked for', { skip }, async () => {
  await using known = await hosts();
  await known.write(`host.example ${known.key('r', 'rsa').line}`, `host.example ${known.key('e', 'ecdsa').line}`);
  const { algorithms } = await known.check('host.example');
  assert.deepEqual([...algorithms].sort(), ['ecdsa-sha2-nistp256', 'rsa-sha2-256', 'rsa-sha2-512']);
  assert.ok((await known.check('other.example')).algorithms.includes('ssh-ed25519'));
});

test('a known key is trusted; another one is a changed key; any is unknown of a stranger', { skip }, async () => {
  await using known = await hosts();
  const [old, other] = [known.key('old'), known.key('other')];
  await known.write(`host.example ${old.line}`);
  const check = await known.check('host.example');
  check.verify(old.blob);
  assert.throws(
    () => check.verify(other.blob),
    (error: Error) => {
      assert.match(error.message, /has changed/);
      assert.ok(error.message.includes(old.fingerprint) && error.message.includes(other.fingerprint), error.message);
      return true;
    },
  );
  const stranger = await known.check('stranger.example', 2222);
  assert.throws(() => stranger.verify(old.blob), {
    code: 'publish_failed',
    message: /\[stranger\.example\]:2222 is not known/,
  });
});

test('a host known without its port lets its own key in, and makes no other one a changed key', { skip }, async () => {
  await using known = await hosts();
  const [key, other] = [known.key('a'), known.key('b')];
  await known.write(`host.example ${key.line}`);
  const check = await known.check('host.example', 2222);
  check.verify(key.blob);
  assert.throws(() => check.verify(other.blob), /not known/);
});

test('a key accepted by its fingerprint is trusted, and no other one then', { skip }, async () => {
  await using known = await hosts();
  const [key, other] = [known.key('a'), known.key('b')];
  await known.write('');
  const check = await known.check('host.example', 22, [key.fingerprint]);
  check.verify(key.blob);
  assert.throws(() => check.verify(other.blob), /not the one that CDN_HOST_KEY accepts/);
});

test('a revoked key is refused, though it is known or accepted', { skip }, async () => {
  await using known = await hosts();
  const key = known.key('a');
  await known.write(`host.example ${key.line}`, `@revoked * ${key.line}`);
  for (const accepted of [[], [key.fingerprint]]) {
    const check = await known.check('host.example', 22, accepted);
    assert.throws(() => check.verify(key.blob), /@revoked/);
  }
});

test('a certificate authority is no host key, and the message says so', { skip }, async () => {
  await using known = await hosts();
  const key = known.key('a');
  await known.write(`@cert-authority *.example ${key.line}`);
  const check = await known.check('host.example');
  assert.throws(() => check.verify(key.blob), /certificate authority/);
});

test('a host whose keys are all of a kind that cannot be checked is refused at once', { skip }, async () => {
  await using known = await hosts();
  await known.write('host.example ssh-dss AAAAB3NzaC1kc3M=');
  await assert.rejects(known.check('host.example'), /cannot be checked here \(ssh-dss\)/);
});
