import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { KEY } from '../support/key.ts';
import { hugePicture, mp4, picture } from '../support/media.ts';
import { ask, createJob, field, openStudio, reaches, type TestStudio, testEngine, until } from '../support/studio.ts';
import { NEEDS_ROOT, temporaryDisk } from '../support/temporary.ts';
import { endless, sendRaw } from './raw.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const PNG = picture('image/png');
const CRLF = Buffer.from('\r\n');
const JSON_PART = '\r\ncontent-type: application/json';
const BOUNDARY = 'multipart/form-data; boundary=b';

const noProc = process.platform === 'linux' ? false : 'reads /proc';

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return [];
    }
  });
}

const blob = (bytes: Buffer) => new Blob([new Uint8Array(bytes)]);

/** Nothing was stored, on the disk or as a job. */
async function assertNothing({ baseUrl, state }: TestStudio): Promise<void> {
  assert.partialDeepStrictEqual((await ask(`${baseUrl}/videos`)).body, { data: [] });
  for (const name of ['jobs', 'uploads']) {
    const folder = path.join(state, 'studio', name);
    await until(async () => !existsSync(folder) || (await readdir(folder)).length === 0);
  }
}

function part(name: string, content: string | Buffer, more = ''): Buffer {
  const head = `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
}

async function sendForm(baseUrl: string, parts: readonly Buffer[], route = '/videos'): Promise<Response> {
  const body = new Uint8Array(Buffer.concat([...parts, Buffer.from('--b--\r\n')]));
  return await fetch(`${baseUrl}${route}`, { method: 'POST', headers: { 'content-type': BOUNDARY }, body });
}

test('a body of 5 GB is refused by its head, and the sender is cut off soon', async () => {
  await using studio = await openStudio();
  for (const [route, type] of [
    ['/v1/videos', BOUNDARY],
    ['/v1/videos', 'application/json'],
    ['/v1/videos/edits', BOUNDARY],
    ['/v1/videos/characters', BOUNDARY],
    ['/v1/nothing', 'image/png'],
  ] as const) {
    const head = `POST ${route} HTTP/1.1\nhost: localhost\ncontent-type: ${type}\ncontent-length: ${5 * GIB}\n\n`;
    const { status, text, sent } = await sendRaw(studio.baseUrl, head, endless(Buffer.alloc(MIB)));
    assert.equal(status, 413, `${route} ${type}`);
    assert.match(text, /x-request-id: req_/);
    assert.match(text, /"code":"body_too_large"/);
    assert.ok(sent < 200 * MIB, `${sent} bytes went out`);
  }
  await assertNothing(studio);
});

test('a body without an end is refused where it passes the limit, and its file is not kept', async () => {
  await using studio = await openStudio();
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MIB, 'x'), Buffer.from('\r\n')]);
  const cases: [type: string, first: Buffer][] = [
    ['application/json', Buffer.from('{"prompt":"')],
    [BOUNDARY, part('input_reference', PNG, '; filename="a.png"').subarray(0, -2)],
    [BOUNDARY, part('prompt', 'x').subarray(0, -2)],
    [BOUNDARY, part('unknown', PNG, '; filename="a.png"').subarray(0, -2)],
    [BOUNDARY, Buffer.from('no boundary at all')],
  ];
  for (const [type, first] of cases) {
    const head = `POST /v1/videos HTTP/1.1\nhost: localhost\ncontent-type: ${type}\ntransfer-encoding: chunked\n\n`;
    const opening = Buffer.concat([Buffer.from(`${first.length.toString(16)}\r\n`), first, Buffer.from('\r\n')]);
    const { status, sent } = await sendRaw(studio.baseUrl, head, [opening, ...Array(200).fill(chunk)]);
    assert.equal(status, 413, `${type} ${first.toString('latin1', 0, 60)}`);
    assert.ok(sent < 150 * MIB, `${sent} bytes went out`);
  }
  await assertNothing(studio);
});

test('forms of many parts, long names and deep lists are refused', async () => {
  await using studio = await openStudio();
  const many = (count: number, make: (index: number) => Buffer) => Array.from({ length: count }, (_, i) => make(i));
  const file = '; filename="a.png"';
  const cases: [what: string, parts: Buffer[], status: number][] = [
    ['many fields', many(50_000, (index) => part(`f${index}`, 'x')), 413],
    ['many files', many(1_000, (index) => part(`f${index}`, PNG, file)), 413],
    ['two images', [part('prompt', 'x'), part('input_reference', PNG, file), part('input_reference', PNG, file)], 413],
    ['the same field again and again', many(21, () => part('prompt', 'x')), 413],
    ['a long name', [part('x'.repeat(10_000), 'x')], 400],
    ['a high index', [part('characters[999][id]', 'x'), part('prompt', 'x')], 400],
    ['deep JSON', [part('prompt', '['.repeat(500_000), JSON_PART)], 413],
    ['JSON that is none', [part('prompt', '{"', JSON_PART)], 400],
    ['much JSON', many(4, (index) => part(`f${index}`, `[${'{},'.repeat(60_000)}{}]`, JSON_PART)), 400],
    [
      'JSON and two images',
      [part('prompt', '"x"', JSON_PART), ...many(2, () => part('input_reference', PNG, file))],
      413,
    ],
    ['a prototype', [part('__proto__', 'x'), part('prompt', 'x')], 400],
    ['a list of a prototype', [part('__proto__[x]', 'x'), part('prompt', 'x')], 400],
    ['a large text', [part('prompt', 'x'.repeat(2 * MIB))], 400],
    ['larger texts', many(10, () => part('prompt', 'x'.repeat(4 * MIB))), 413],
    ['a head without an end', [Buffer.from(`--b\r\nx-long: ${'y'.repeat(MIB)}\r\n\r\nx\r\n`)], 400],
  ];
  for (const [what, parts, status] of cases) {
    const response = await sendForm(studio.baseUrl, parts);
    const text = await response.text();
    assert.equal(response.status, status, `${what}: ${text}`);
    assert.match(text, /"invalid_request_error"/, what);
  }
  await assertNothing(studio);
});

test('JSON of more parts than any request has is refused before it is parsed', async () => {
  await using studio = await openStudio();
  const headers = { 'content-type': 'application/json' };
  const create = async (body: string) => {
    const response = await fetch(`${studio.baseUrl}/videos`, { method: 'POST', headers, body });
    return { status: response.status, body: await response.json() };
  };
  for (const prompt of [`[${'{},'.repeat(200_000)}{}]`, `${'['.repeat(200_000)}${']'.repeat(200_000)}`]) {
    const { status, body } = await create(`{"prompt":${prompt}}`);
    assert.equal(status, 400);
    assert.partialDeepStrictEqual(body, { error: { code: 'invalid_body' } });
  }
  assert.equal((await create(JSON.stringify({ prompt: '[{,'.repeat(10_000) }))).status, 200);
});

test('texts fill no memory where a whole clip may be sent', async () => {
  await using studio = await openStudio();
  const parts = [part('prompt', 'x'.repeat(2 * MIB)), part('video[id]', 'video_none')];
  for (const route of ['/videos/edits', '/videos/extensions']) {
    const response = await sendForm(studio.baseUrl, parts, route);
    assert.equal(response.status, 413, route);
    assert.match(await response.text(), /body_too_large/);
  }
});

test('a file whose body is too large is closed', { skip: noProc }, async () => {
  await using studio = await openStudio();
  const chunk = (bytes: Buffer) => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]);
  const head = `POST /v1/videos HTTP/1.1\nhost: localhost\ncontent-type: ${BOUNDARY}\nconnection: close\ntransfer-encoding: chunked\n\n`;
  const { status } = await sendRaw(studio.baseUrl, head, [
    chunk(part('prompt', Buffer.alloc(27 * MIB, 'x'))),
    chunk(part('input_reference', Buffer.alloc(3 * MIB), '; filename="a"')),
    Buffer.from('0\r\n\r\n'),
  ]);
  assert.equal(status, 413);
  await until(() => !openFiles().some((file) => file.startsWith(studio.state) && file.includes('uploads')));
});

test('a text may be sent in JSON, beside a file', async () => {
  await using studio = await openStudio();
  const response = await sendForm(studio.baseUrl, [
    part('prompt', JSON.stringify('a "boat"'), JSON_PART),
    part('input_reference', PNG, '; filename="a.png"'),
  ]);
  assert.partialDeepStrictEqual(await response.json(), { prompt: 'a "boat"', status: 'queued' });
});

test('an image that is too large is refused wherever it stands, and the answer arrives', async () => {
  await using studio = await openStudio();
  const large = Buffer.concat([PNG, Buffer.alloc(21 * MIB)]);
  const file = '; filename="a.png"';
  const form = await sendForm(studio.baseUrl, [part('input_reference', large, file), part('prompt', 'x')]);
  assert.equal(form.status, 413);
  assert.match(await form.text(), /image_too_large/);
  const image_url = `data:image/png;base64,${large.toString('base64')}`;
  const json = await ask(`${studio.baseUrl}/videos`, 'POST', { prompt: 'x', input_reference: { image_url } });
  assert.equal(json.status, 413);
  await assertNothing(studio);
  const next = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, next, 'completed');
});

test('a data URL of endless parameters is refused', async () => {
  await using studio = await openStudio();
  const image_url = `data:image/png${';a'.repeat(5 * MIB)}`;
  const { status, body } = await ask(`${studio.baseUrl}/videos`, 'POST', {
    prompt: 'x',
    input_reference: { image_url },
  });
  assert.deepEqual([status, field(Object(body).error, 'code')], [400, 'invalid_image_url']);
});

test('a small image that claims to be huge is refused', async () => {
  await using studio = await openStudio();
  const response = await sendForm(studio.baseUrl, [
    part('prompt', 'x'),
    part('input_reference', hugePicture('image/png', 30_000), '; filename="a.png"'),
  ]);
  assert.equal(response.status, 400);
  assert.match(await response.text(), /30000x30000 pixels/);
  await assertNothing(studio);
});

test('a file’s name goes nowhere, whatever path it tells', async () => {
  const references: string[] = [];
  const engine = testEngine(async ({ referencePath = '' }) => {
    references.push(referencePath);
    assert.deepEqual(await readFile(referencePath), PNG);
  });
  await using studio = await openStudio({ engine });
  const names = ['../../../etc/passwd', '/etc/passwd', 'C:\\windows\\x', '..', '.', 'a\\u0000.png', 'x'.repeat(5_000)];
  for (const name of names) {
    const parts = [part('prompt', 'x'), part('input_reference', PNG, `; filename="${name}"`)];
    const response = await sendForm(studio.baseUrl, parts);
    const id = field(await response.json(), 'id');
    await reaches(studio.baseUrl, id, 'completed');
    assert.equal(references.at(-1), path.join(studio.state, 'studio', 'jobs', id, 'reference.png'), name);
  }
  assert.deepEqual(await readdir(path.join(studio.state, 'studio', 'uploads')), []);
});

test('an upload that stops coming is ended, also in the middle of a head, and its file is removed', async () => {
  await using studio = await openStudio({ limits: { requestMs: 400, headersMs: 400 } });
  const file = part('input_reference', PNG, '; filename="a.png"');
  const heads = [
    `POST /v1/videos HTTP/1.1\nhost: localhost\ncontent-type: ${BOUNDARY}\ncontent-length: 100000\n\n${file.toString('latin1')}`,
    'POST /v1/videos HTTP/1.1\nhost: localhost\ncontent-type: application/json\ncontent-length: 100\n\n{"prompt"',
    'GET /v1/videos HTTP/1.1\nhost: local',
  ];
  for (const head of heads) {
    const { status, text } = await sendRaw(studio.baseUrl, head);
    assert.equal(status, 408, head);
    assert.match(text, /x-request-id: req_/);
  }
  await assertNothing(studio);
});

test('a connection over which nothing goes is ended', async () => {
  await using studio = await openStudio({ limits: { idleMs: 200 } });
  const { text } = await sendRaw(studio.baseUrl, '');
  assert.equal(text, '');
});

test('what is no HTTP at all gets an answer with a request id', async () => {
  await using studio = await openStudio();
  const cases: [string, number][] = [
    ['nonsense\n\n', 400],
    [`GET /v1/videos HTTP/1.1\nhost: localhost\nx-long: ${'x'.repeat(20_000)}\n\n`, 431],
    ['POST /v1/videos HTTP/1.1\nhost: localhost\ncontent-length: 5\ntransfer-encoding: chunked\n\n0\n\n', 400],
    ['GET /v1/videos HTTP/1.1\nconnection: close\n\n', 403],
  ];
  for (const [head, expected] of cases) {
    const { status, text } = await sendRaw(studio.baseUrl, head);
    assert.equal(status, expected, head.slice(0, 60));
    assert.match(text, /x-request-id: req_[0-9a-f]{32}\r\n/);
    assert.match(text, /"invalid_request_error"/);
  }
});

test('a client that expects what nobody knows is answered like every other one', async () => {
  await using studio = await openStudio();
  const head = 'GET /v1/videos HTTP/1.1\nhost: localhost\nexpect: wonders\nconnection: close\n\n';
  const { status, text } = await sendRaw(studio.baseUrl, head);
  assert.equal(status, 200);
  assert.match(text, /x-request-id: req_[0-9a-f]{32}\r\n/);
});

test('more large bodies at once than there is memory for are refused with the time to come back', async () => {
  await using studio = await openStudio({ limits: { bodyMemoryBytes: 3 * MIB } });
  const length = 2 * MIB;
  const { hostname, port } = new URL(studio.baseUrl);
  const slow = connect(Number(port), hostname);
  slow.write(
    'POST /v1/videos HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n' +
      `content-length: ${length}\r\n\r\n{"prompt":`,
  );
  const create = () =>
    fetch(`${studio.baseUrl}/videos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"prompt":"x"${' '.repeat(length - 15)}}`,
    });
  let refused: Response | undefined;
  await until(async () => {
    refused = await create();
    return refused.status === 429;
  });
  assert.equal(refused?.headers.get('retry-after'), '1');
  assert.partialDeepStrictEqual(await refused?.json(), { error: { code: 'busy' } });
  await createJob(studio.baseUrl);
  slow.destroy();
  await until(async () => (await create()).status === 200);
});

test('slow bodies of one token leave room for those of another', async () => {
  const other = 'another-token-only-for-tests';
  await using studio = await openStudio({ tokens: [KEY, other], limits: { bodyMemoryBytes: 64 * MIB } });
  const { hostname, port } = new URL(studio.baseUrl);
  const slow = connect(Number(port), hostname);
  slow.write(
    `POST /v1/videos HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${KEY}\r\n` +
      'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n',
  );
  const create = async (token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = `{"prompt":"x"${' '.repeat(20 * MIB)}}`;
    const response = await fetch(`${studio.baseUrl}/videos`, { method: 'POST', headers, body });
    await response.text();
    return response.status;
  };
  await until(async () => (await create(KEY)) === 429);
  assert.equal(await create(other), 200);
  slow.destroy();
});

test('a full disk refuses an upload, says so, and keeps nothing of it', async (context) => {
  await using disk = await temporaryDisk('size=1m');
  if (disk === undefined) return context.skip(NEEDS_ROOT);
  await using studio = await openStudio({ state: disk.path });
  const filler = path.join(disk.path, 'filler');
  await writeFile(filler, Buffer.alloc(700_000));
  const noise = Buffer.from(picture('image/png', 16, 16));
  const large = Buffer.concat([noise, Buffer.alloc(2 * MIB)]);
  const response = await sendForm(studio.baseUrl, [
    part('prompt', 'x'),
    part('input_reference', large, '; filename="a"'),
  ]);
  assert.equal(response.status, 507);
  assert.match(await response.text(), /"code":"disk_full"/);
  assert.deepEqual(await readdir(path.join(disk.path, 'studio', 'uploads')), []);
});

test('HTML and script in a prompt stay a text', async () => {
  await using studio = await openStudio();
  const prompt = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u2028';
  const id = await createJob(studio.baseUrl, { prompt });
  const response = await fetch(`${studio.baseUrl}/videos/${id}`);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(field(await response.json(), 'prompt'), prompt);
  const unknown = await fetch(`${studio.baseUrl}/<script>alert(1)</script>`);
  assert.match(unknown.headers.get('content-type') ?? '', /^application\/json/);
});

test('a clip that is sent along is hashed and never kept, however large it may be', async () => {
  await using studio = await openStudio();
  const form = new FormData();
  form.append('video', blob(Buffer.concat([mp4(), Buffer.alloc(40 * MIB)])));
  form.append('prompt', 'x');
  const { status, body } = await ask(`${studio.baseUrl}/videos/edits`, 'POST', form);
  assert.deepEqual([status, field(Object(body).error, 'code')], [400, 'unsupported_video']);
  await assertNothing(studio);
});
