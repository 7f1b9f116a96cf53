import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fetchImage } from '../../lib/studio/fetchImage.ts';
import { openUploads } from '../../lib/studio/uploads.ts';
import { picture } from '../support/media.ts';
import { listen } from '../support/server.ts';
import { ask, field, openStudio, reaches, type TestStudio, testEngine } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PNG = picture('image/png');
const MIB = 1024 ** 2;

/** Answers by path; what it names leads on. */
function imageServer() {
  return listen(({ url }, response) => {
    const route = new URL(url, 'http://images').pathname;
    const redirect = /^\/redirect\/(.*)$/.exec(url)?.[1];
    if (redirect !== undefined) return response.writeHead(302, { location: decodeURIComponent(redirect) }).end();
    if (route === '/a.png') return response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
    if (route === '/loop') return response.writeHead(302, { location: '/loop' }).end();
    if (route === '/large') return response.writeHead(200).end(Buffer.alloc(21 * MIB));
    if (route === '/text') return response.writeHead(200).end('secret of the network');
    if (route === '/slow') return response.writeHead(200).write(PNG.subarray(0, 10));
    if (route === '/cut')
      return response
        .writeHead(200, { 'content-length': PNG.length })
        .write(PNG.subarray(0, 10), () => response.destroy());
    return response.writeHead(404).end();
  });
}

async function createWith({ baseUrl }: TestStudio, image_url: string) {
  return await ask(`${baseUrl}/videos`, 'POST', { prompt: 'a boat', input_reference: { image_url } });
}

test('private addresses are refused before anything goes there, however they are written', async () => {
  await using studio = await openStudio();
  await using images = await imageServer();
  const { port } = new URL(images.baseUrl);
  const hosts = [
    '127.0.0.1',
    'localhost',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '[::1]',
    '0.0.0.0',
    '[::]',
  ];
  const wrapped = ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', 'user:password@127.0.0.1'];
  for (const host of [...hosts, ...wrapped]) {
    const { status, body } = await createWith(studio, `http://${host}:${port}/a.png`);
    assert.equal(status, 400, host);
    assert.partialDeepStrictEqual(body, { error: { code: 'invalid_image_url', param: 'input_reference' } }, host);
    assert.match(JSON.stringify(body), /private address/, host);
  }
  for (const address of ['http://169.254.169.254/latest/meta-data', 'https://10.0.0.1/', 'http://[fd00::1]/'])
    assert.match(JSON.stringify((await createWith(studio, address)).body), /private address/, address);
  assert.equal(images.received.length, 0);
  assert.partialDeepStrictEqual((await ask(`${studio.baseUrl}/videos`)).body, { data: [] });
});

test('where private addresses are allowed, the image is fetched without credentials and becomes the reference', async () => {
  const references: Buffer[] = [];
  const engine = testEngine(async ({ referencePath = '' }) => void references.push(await readFile(referencePath)));
  await using studio = await openStudio({ engine, allowPrivateImages: true });
  await using images = await imageServer();
  const origin = new URL(images.baseUrl).origin;
  for (const address of [`${origin}/a.png`, `${origin}/redirect/${encodeURIComponent(`${origin}/a.png`)}`]) {
    const { status, body } = await createWith(studio, address);
    assert.equal(status, 200, JSON.stringify(body));
    await reaches(studio.baseUrl, field(body, 'id'), 'completed');
  }
  assert.deepEqual(references, [PNG, PNG]);
  for (const { headers } of images.received) {
    assert.deepEqual(
      Object.keys(headers).filter((name) => /cookie|auth|referer/.test(name)),
      [],
    );
  }
});

test('what is no image, too large, cut off, or leads elsewhere is refused, and nothing of it is told or kept', async () => {
  await using studio = await openStudio({ allowPrivateImages: true });
  await using images = await imageServer();
  const origin = new URL(images.baseUrl).origin;
  const cases: [address: string, status: number, reason: RegExp][] = [
    [`${origin}/missing`, 400, /HTTP 404/],
    [`${origin}/loop`, 400, /leads on and on/],
    [`${origin}/large`, 400, /more than 20971520 bytes/],
    [`${origin}/text`, 400, /no known kind of file/],
    [`${origin}/cut`, 400, /connection failed/],
    [`${origin}/redirect/${encodeURIComponent('file:///etc/passwd')}`, 400, /leads to file:/],
    [`${origin}/redirect/${encodeURIComponent('data:image/png;base64,AAAA')}`, 400, /leads to data:/],
    ['http://127.0.0.1:1/', 400, /connection failed/],
    ['http://name.invalid/', 400, /connection failed/],
    ['ftp://127.0.0.1/', 400, /neither an address/],
    ['http://', 400, /neither an address/],
    ['//127.0.0.1/a.png', 400, /neither an address/],
  ];
  for (const [address, status, reason] of cases) {
    const { status: given, body } = await createWith(studio, address);
    assert.equal(given, status, address);
    assert.match(JSON.stringify(body), reason, address);
    assert.doesNotMatch(JSON.stringify(body), /secret/);
  }
  const uploads = path.join(studio.state, 'studio', 'uploads');
  assert.deepEqual(existsSync(uploads) ? await readdir(uploads) : [], []);
  assert.partialDeepStrictEqual((await ask(`${studio.baseUrl}/videos`)).body, { data: [] });
});

test('an image that does not come is not waited for', async () => {
  await using images = await imageServer();
  await using folder = await temporaryFolder();
  await using uploads = openUploads(folder.path);
  const options = {
    uploads,
    mostBytes: MIB,
    allowPrivate: true,
    signal: new AbortController().signal,
    timeLimitMs: 200,
  };
  await assert.rejects(
    fetchImage(`${new URL(images.baseUrl).origin}/slow`, options),
    /did not come within 0.2 seconds/,
  );
  const stopped = { ...options, timeLimitMs: 20_000, signal: AbortSignal.timeout(100) };
  await assert.rejects(fetchImage(`${new URL(images.baseUrl).origin}/slow`, stopped), /connection failed/);
});

test('an address in the world is fetched, and one that leads from there into this machine is not', (context) => {
  const program = path.join(import.meta.dirname, 'imageRedirect.ts');
  // A network of its own, in which this machine has an address that counts as one in the world.
  const setUp = 'ip link set lo up && ip addr add 203.0.113.7/32 dev lo && exec "$@"';
  if (spawnSync('unshare', ['-n', 'sh', '-c', setUp, 'sh', 'true']).status !== 0)
    return context.skip('a network of its own needs root, unshare and ip');
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', program, '203.0.113.7'];
  const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', setUp, 'sh', ...node], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(stdout || stderr), {
    direct: 200,
    redirected: 400,
    isPrivateNamed: true,
    privateHits: 0,
  });
});
