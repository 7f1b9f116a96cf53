import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createCdn } from '../../../lib/cdn/cdn.ts';
import { openWorkspace } from '../../../lib/workspace.ts';
import { seededRandom } from '../../faults/random.ts';
import { failure } from '../../support/failure.ts';
import { mp4 } from '../../support/media.ts';
import { ACCOUNT_MISSING, makeAccount, SSHD_MISSING, type SshServer, startSshd } from '../../support/sshd.ts';
import { startTcpProxy } from '../../support/tcpProxy.ts';
import { NEEDS_ROOT, temporaryDisk, temporaryFolder } from '../../support/temporary.ts';
import { serveFolder } from '../../support/web.ts';
import { listed, proofOf, publish, stage } from '../contract.ts';
import { filesBelow } from '../folderPlace.ts';
import { SYSTEM, sftpCdn, sftpPlace } from './support.ts';

const skip = SSHD_MISSING;
const KEY = '2026/11/boat.mp4';
const SMALL = Buffer.from('frames');
const LARGE = randomBytes(6_000_000);

let shared: Promise<SshServer> | undefined;
after(async () => (await shared)?.[Symbol.asyncDispose]());
const theServer = () => {
  shared ??= startSshd();
  return shared;
};

test('a server killed in the middle of an upload leaves nothing public, and the next run completes', {
  skip,
}, async () => {
  await using server = await startSshd();
  const driver = sftpCdn(server);
  const upload = await driver.open({ contentType: 'video/mp4' });
  const halfAndMore = async function* () {
    yield LARGE.subarray(0, 3_000_000);
    await server.kill();
    yield LARGE.subarray(3_000_000);
  };
  const { code, message, facts } = await failure(pipeline(halfAndMore(), upload.stream));
  assert.equal(code, 'publish_failed');
  assert.match(message, /connection to 127\.0\.0\.1:\d+ was lost/);
  assert.equal(facts.retryable, true);
  await upload.abort();
  await assert.rejects(publish(driver, KEY, LARGE), { code: 'publish_failed', message: /ECONNREFUSED/ });
  await server.start();
  assert.equal(await driver.head(KEY), undefined);
  assert.equal(await publish(driver, KEY, LARGE), 'sha256');
  assert.deepEqual(await listed(driver), [KEY]);
  assert.ok((await readFile(path.join(server.folder, KEY))).equals(LARGE));
  await driver.close();
});

test('a server killed between upload and commit is connected to again, and the commit completes', {
  skip,
}, async () => {
  await using server = await startSshd();
  const driver = sftpCdn(server);
  const upload = await stage(driver, LARGE);
  await server.kill();
  await server.start();
  assert.equal(await upload.commit(KEY, proofOf(LARGE)), 'sha256');
  assert.deepEqual(await filesBelow(server.folder), [KEY]);
  await driver.close();
});

test('a connection reset at any byte leaves no partial public name, and the next run completes', { skip }, async () => {
  const server = await theServer();
  const random = seededRandom(20_261_121);
  const bytes = randomBytes(400_000);
  const outcomes = new Set<string>();
  for (let round = 0; round < 24; round++) {
    // The handshake takes some 6 kB, the file some 400 kB, its proof as much again.
    const limit = Math.floor(random() * (round % 3 === 0 ? 8_000 : 850_000));
    await using proxy = await startTcpProxy(server.port, { resetAfterBytes: limit });
    const place = sftpPlace(server);
    const address = new URL(await place.driver().url(''));
    address.port = String(proxy.port);
    const hosts = `[127.0.0.1]:${proxy.port} ${server.hostKey()}\n`;
    await using own = await temporaryFolder();
    mkdirSync(path.join(own.path, '.ssh'));
    writeFileSync(path.join(own.path, '.ssh', 'known_hosts'), hosts);
    writeFileSync(
      path.join(own.path, '.ssh', 'id_ed25519'),
      await readFile(path.join(server.home, '.ssh', 'id_ed25519')),
    );
    const driver = sftpCdn(server, { address, home: own.path });
    const outcome = await publish(driver, KEY, bytes).catch((error) => error);
    outcomes.add(typeof outcome === 'string' ? outcome : outcome.code);
    if (typeof outcome !== 'string') assert.equal(outcome.code, 'publish_failed', String(outcome.stack));
    for (const key of await place.stored()) {
      if (!key.startsWith('.staging/')) assert.ok((await place.read(key)).equals(bytes), `${limit}: a part is public`);
    }
    assert.equal(await publish(driver, KEY, bytes), 'sha256');
    assert.ok((await place.read(KEY)).equals(bytes));
    assert.ok(proxy.connections() <= 3);
    await driver.close();
  }
  assert.deepEqual([...outcomes].sort(), ['publish_failed', 'sha256']);
  await server.assertUnused();
});

test('a folder that may not be written to is told as such', { skip: ACCOUNT_MISSING }, async () => {
  using account = makeAccount();
  await using server = await startSshd({ account });
  const driver = sftpCdn(server, { address: new URL(`${server.address.href}/../`) });
  const { code, message, facts } = await failure(publish(driver, KEY, SMALL));
  assert.equal(code, 'publish_failed');
  assert.match(message, /does not permit/);
  assert.match(facts.next_step ?? '', /write access/);
  const other = sftpCdn(server);
  await publish(other, KEY, SMALL);
  chmodSync(path.join(account.folder, '2026', '11'), 0o500);
  chmodSync(path.join(account.folder, '2026'), 0o555);
  spawnSync('chown', ['-R', 'root', path.join(account.folder, '2026')]);
  for (const key of ['2026/11/other.mp4', '2026/12/other.mp4'])
    await assert.rejects(publish(other, key, SMALL), { code: 'publish_failed', message: /does not permit/ });
  await assert.rejects(other.remove(KEY), { code: 'publish_failed', message: /does not permit/ });
  assert.deepEqual(await filesBelow(account.folder), [KEY]);
  await Promise.all([driver.close(), other.close()]);
});

test('a folder that is not there is told as such, and is not made', { skip }, async () => {
  const server = await theServer();
  const driver = sftpCdn(server, { address: new URL(`${server.address.href}/not/there`) });
  await assert.rejects(publish(driver, KEY, SMALL), { code: 'publish_failed', message: /no such folder/ });
  await assert.rejects(listed(driver), { code: 'publish_failed', message: /no such folder/ });
  assert.deepEqual(
    (await filesBelow(server.folder)).filter((file) => file.startsWith('not')),
    [],
  );
  await driver.close();
});

test('a key that is a folder is not taken for a file', { skip }, async () => {
  await using place = sftpPlace(await theServer());
  const driver = place.driver();
  await publish(driver, KEY, SMALL);
  assert.equal(await driver.head('2026/11'), undefined);
  await assert.rejects(publish(driver, '2026/11', SMALL), { code: 'publish_failed', message: /Other bytes/ });
  await assert.rejects(publish(driver, `${KEY}/more.mp4`, SMALL), { code: 'publish_failed' });
  assert.deepEqual(await place.stored(), [KEY]);
  await driver.close();
});

test('a full disk is told as such, with nothing public and nothing staged', { skip }, async (context) => {
  await using disk = await temporaryDisk('size=256k');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  const server = await theServer();
  for (const [folder, mode] of [
    [path.dirname(disk.path), 0o755],
    [disk.path, 0o777],
  ] as const)
    chmodSync(folder, mode);
  const address = new URL(server.address);
  address.pathname = disk.path;
  const driver = sftpCdn(server, { address });
  await assert.rejects(publish(driver, KEY, LARGE), { code: 'disk_full', message: /disk of 127\.0\.0\.1 is full/ });
  assert.deepEqual(await filesBelow(disk.path), []);
  await publish(driver, KEY, SMALL);
  assert.deepEqual(await filesBelow(disk.path), [KEY]);
  await driver.close();
});

test('what a run that died left behind is removed after a day', { skip }, async () => {
  await using place = sftpPlace(await theServer());
  const hour = Date.now() / 1_000 - 3_600;
  for (const [name, time] of [
    ['old.part', hour - 86_400],
    ['young.part', hour],
    ['old.note', hour - 86_400],
  ] as const) {
    await place.overwrite(`.staging/${name}`, SMALL);
    const { pathname } = new URL(await place.driver().url(`.staging/${name}`));
    utimesSync(decodeURIComponent(pathname), time, time);
  }
  const driver = place.driver();
  await publish(driver, KEY, SMALL);
  while ((await place.stored()).includes('.staging/old.part')) await pause(20);
  assert.deepEqual(await place.stored(), ['.staging/old.note', '.staging/young.part', KEY]);
  await driver.close();
});

test('an idle connection is ended, and made again for the next file', { skip }, async () => {
  await using server = await startSshd();
  const driver = sftpCdn(server, { idleMs: 50 });
  await publish(driver, KEY, SMALL);
  await server.assertUnused();
  await publish(driver, '2026/11/other.mp4', SMALL);
  const slow = await driver.open({ contentType: 'video/mp4' });
  await pause(300);
  assert.equal(server.connections(), 1, 'an upload that waits for its bytes keeps the connection');
  await slow.abort();
  await driver.close();
});

test('a process that forgets to close the driver still ends', { skip }, async () => {
  const server = await theServer();
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createSftpCdn } from ${JSON.stringify(path.resolve('lib/cdn/sftp.ts'))};
       const address = new URL(${JSON.stringify(server.address.href)});
       const driver = createSftpCdn({ address, home: ${JSON.stringify(server.home)}, system: '${SYSTEM}', idleMs: 100 });
       await driver.head('x');`,
    ],
    { encoding: 'utf8', timeout: 20_000 },
  );
  assert.equal(status, 0, stderr);
});

test('after it was closed, nothing is connected any more', { skip }, async () => {
  await using server = await startSshd();
  const driver = sftpCdn(server);
  const upload = await stage(driver, SMALL);
  await driver.close();
  await assert.rejects(upload.commit(KEY, proofOf(SMALL)), { code: 'aborted' });
  await upload.abort();
  await server.assertUnused();
});

for (const [what, command] of [
  ['ends at once', '/bin/false'],
  ['talks', 'echo This account is currently not available.'],
] as const) {
  test(`an account whose shell ${what} is told as one without SFTP`, { skip }, async () => {
    await using server = await startSshd({ settings: [`ForceCommand ${command}`] });
    const driver = sftpCdn(server);
    await assert.rejects(publish(driver, KEY, SMALL), { code: 'publish_failed', message: /offers no SFTP|was lost/ });
    await driver.close();
    await server.assertUnused();
  });
}

test('closing does not wait for a server that never answers', { skip }, async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const server = await theServer();
  const { port } = Object(silent.address());
  const driver = sftpCdn(server, { address: new URL(`sftp://me@127.0.0.1:${port}/x`) });
  const failed = assert.rejects(driver.head(KEY), { code: 'aborted' });
  await once(silent, 'connection');
  const started = performance.now();
  await driver.close();
  await failed;
  assert.ok(performance.now() - started < 2_000);
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test('without its package the driver says what to install', { skip }, () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { registerHooks } from 'node:module';
       registerHooks({ resolve(name, context, next) {
         if (name.startsWith('ssh2')) throw Object.assign(new Error('not installed'), { code: 'ERR_MODULE_NOT_FOUND' });
         return next(name, context);
       } });
       const { createSftpCdn } = await import(${JSON.stringify(path.resolve('lib/cdn/sftp.ts'))});
       const error = await createSftpCdn({ address: new URL('sftp://a/b') }).head('x').catch((reason) => reason);
       console.log(JSON.stringify(error.report()));`,
    ],
    { encoding: 'utf8', timeout: 20_000 },
  );
  const { code, message, next_step } = JSON.parse(stdout || `"${stderr}"`);
  assert.equal(code, 'missing_package');
  assert.match(`${message} ${next_step}`, /ssh2-sftp-client.*npm install ssh2-sftp-client@12/);
});

test('a clip of the workspace is published over SFTP, and stopping leaves nothing', { skip }, async () => {
  const server = await theServer();
  await using place = sftpPlace(server);
  await using folder = await temporaryFolder();
  writeFileSync(path.join(folder.path, 'boat.mp4'), mp4(LARGE));
  const before = process.env.HOME;
  process.env.HOME = server.home;
  const address = new URL(await place.driver().url(''));
  const folderOfPlace = path.join(server.folder, decodeURIComponent(path.basename(address.pathname)));
  await using web = await serveFolder(folderOfPlace);
  const config = { cdn: address, cdnPublicUrl: `${web.origin}/clips` };
  const cdn = createCdn(config, openWorkspace(folder.path));
  try {
    assert.equal(cdn.driver, 'sftp');
    const stop = new AbortController();
    const stopped = cdn.upload('boat.mp4', { signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(stopped, { code: 'aborted' });
    assert.deepEqual(await place.stored(), []);
    const file = await cdn.upload('boat.mp4');
    assert.equal(file.url, `${web.origin}/clips/${file.key}`);
    assert.equal(file.verified, 'sha256');
    assert.deepEqual(
      (await cdn.list()).map(({ key }) => key),
      [file.key],
    );
    assert.deepEqual(await place.stored(), [file.key]);
  } finally {
    process.env.HOME = before;
    await cdn.close();
  }
});
