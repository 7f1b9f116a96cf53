import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { isRecord } from '../../lib/api/parse.ts';
import { openapi } from '../../lib/studio/openapi.ts';
import type { ServerName } from '../../types/config.ts';
import { openApi, type TestApi } from '../support/api.ts';
import { KEY } from '../support/key.ts';
import { mp4, picture } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary.ts';

const STEADY = path.join(import.meta.dirname, '../../node_modules/.bin/steady');
const REFERENCE = path.join(import.meta.dirname, '../../../shared/videos-api/openapi.json');
const START_MS = 30_000;

const JOB = `video_${'0123456789ab'.repeat(2)}`;
const CHARACTER = `char_${'0123456789ab'.repeat(2)}`;
const DATA_URL = `data:image/png;base64,${picture('image/png').toString('base64')}`;

interface Description {
  name: string;
  skip: false | string;
  read: () => unknown;
  /** The dialect in which the client sends JSON. */
  server: ServerName;
  sizes: string[];
  createSeconds: string[];
  extendSeconds: string[];
  extra: Record<string, unknown>;
  /** References to an image that go without a file. */
  references: ({ url: string } | { file_id: string })[];
}

const SIZES = ['720x1280', '1280x720', '1024x1792', '1792x1024'];

const descriptions: Description[] = [
  {
    name: "the studio's own description",
    skip: false,
    read: () => openapi,
    server: 'studio',
    sizes: SIZES,
    createSeconds: ['4', '8', '12', '16', '20'],
    extendSeconds: ['4', '8', '12', '16', '20'],
    extra: { seed: 7, characters: [{ id: CHARACTER }] },
    references: [{ url: 'https://example.com/boat.png' }],
  },
  {
    name: 'the reference',
    skip: existsSync(REFERENCE) ? false : `${REFERENCE} is not there`,
    read: () => JSON.parse(readFileSync(REFERENCE, 'utf8')),
    server: 'openai',
    sizes: SIZES,
    createSeconds: ['4', '8', '12'],
    // Its texts offer an extension of 16 or 20 seconds, its schema does not.
    extendSeconds: ['4', '8', '12'],
    extra: {},
    references: [{ url: 'https://example.com/boat.png' }, { file_id: 'file-123' }],
  },
];

for (const description of descriptions) {
  describe(`requests against ${description.name}`, { skip: description.skip }, () => {
    test('every operation is valid as JSON, with every optional field', async () => {
      await using mock = await openMock(description.read());
      await using client = await openApi(mock.baseUrl, { apiKey: KEY, server: description.server });
      await everyOperation(client, description);
      mock.assertAllValid(operationsOf(description.read()));
      assert.deepEqual(mock.typesOf('POST /videos'), ['application/json', 'multipart/form-data']);
      assert.deepEqual(mock.typesOf('POST /videos/{video_id}/remix'), ['application/json']);
    });

    test('every operation is valid as a form, where the server takes forms only', async () => {
      await using mock = await openMock(description.read(), { refusesJson: true });
      await using client = await openApi(mock.baseUrl, { apiKey: KEY, server: 'auto' });
      await everyOperation(client, description);
      mock.assertAllValid(operationsOf(description.read()));
      for (const operation of ['POST /videos', 'POST /videos/edits', 'POST /videos/extensions'])
        assert.deepEqual(mock.typesOf(operation), ['multipart/form-data']);
      assert.deepEqual(mock.typesOf('POST /videos/{video_id}/remix'), ['multipart/form-data']);
    });

    test('a request that the description forbids is reported, as JSON and as a form', async () => {
      await using mock = await openMock(description.read());
      const form = new FormData();
      form.append('prompt', 'A boat');
      form.append('seconds', '61');
      const json = { body: '{"prompt":"A boat","seconds":"61"}', headers: { 'content-type': 'application/json' } };
      for (const request of [json, { body: form }])
        await (await fetch(`${mock.baseUrl}/videos`, { method: 'POST', ...request })).text();
      assert.deepEqual(
        mock.reports.map(({ operation, valid }) => [operation, valid]),
        [
          ['POST /videos', 'false'],
          ['POST /videos', 'false'],
        ],
      );
    });
  });
}

/** All ten, with each optional field and each form of a file. */
async function everyOperation({ api, workspace }: TestApi, description: Description): Promise<void> {
  const { sizes, createSeconds, extendSeconds, extra, references } = description;
  const prompt = 'A paper boat, drifting "slowly" – 紙の船';
  await mkdir(workspace.root, { recursive: true });
  await writeFile(path.join(workspace.root, 'boat.png'), picture('image/png'));
  await writeFile(path.join(workspace.root, 'boat.mp4'), mp4());

  await api.create({ prompt });
  for (const size of sizes) await api.create({ prompt, model: 'sora-2', seconds: '4', size, extra });
  for (const seconds of createSeconds) await api.create({ prompt, seconds });
  for (const input_reference of references) await api.create({ prompt, size: '1280x720', input_reference, extra });
  const blob = new Blob([new Uint8Array(picture('image/jpeg'))]);
  for (const input_reference of [{ path: 'boat.png' }, { url: DATA_URL }, blob]) {
    for (const fit of ['cover', 'none'] as const)
      await api.create({ prompt, model: 'sora-2', seconds: '8', size: '1280x720', input_reference, fit, extra });
  }

  await api.retrieve(JOB);
  await api.list();
  for (const order of ['asc', 'desc'] as const) await api.list({ limit: 100, order, after: JOB });
  await api.delete(JOB);
  for (const variant of [undefined, 'video', 'thumbnail', 'spritesheet'])
    await buffer((await api.content(JOB, variant === undefined ? {} : { variant })).body);
  await api.remix(JOB, { prompt });

  const clip = new Blob([new Uint8Array(mp4())]);
  for (const video of [{ id: JOB }, { path: 'boat.mp4' }, clip]) {
    await api.edit({ video, prompt });
    for (const seconds of extendSeconds) await api.extend({ video, prompt, seconds });
  }
  for (const video of [{ path: 'boat.mp4' }, clip]) await api.createCharacter({ video, name: 'Ada' });
  await api.retrieveCharacter(CHARACTER);
}

interface Report {
  /** `POST /videos/{video_id}/remix` */
  operation: string;
  type: string | undefined;
  /** What the mock says of the request: `true`, `false`, or nothing at all. */
  valid: string | null;
  detail: string;
}

/** A mock of a description, behind a server that writes down what it reports of each request. */
async function openMock(description: unknown, { refusesJson = false } = {}) {
  const folder = await temporaryFolder();
  const file = path.join(folder.path, 'openapi.json');
  await writeFile(file, JSON.stringify(description));
  const address = await freeAddress();
  const formats = ['--validator-form-object-format=brackets', '--validator-form-array-format=brackets'];
  const child = spawn(
    process.execPath,
    [STEADY, '--host', address.host, '--port', String(address.port), '--log-format=json', ...formats, file],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line', { signal: AbortSignal.timeout(START_MS) }).catch((error) => {
    child.kill();
    throw error;
  });
  lines.resume();

  const reports: Report[] = [];
  const front = await listen(async ({ method, url, headers, body }, response) => {
    if (refusesJson && headers['content-type'] === 'application/json')
      return answerJson(response, { error: { message: 'Unsupported media type.' } }, 415);
    const answer = await fetch(`http://${address.host}:${address.port}${url.replace('/v1', '')}`, {
      method,
      headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        ['content-type', 'accept', 'authorization'].includes(name) ? [[name, String(value)]] : [],
      ),
      ...(method === 'POST' && { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    reports.push({
      operation: `${method} ${answer.headers.get('x-steady-matched-path') ?? url.replace('/v1', '')}`,
      type: headers['content-type']?.split(';')[0],
      valid: answer.headers.get('x-steady-request-valid'),
      detail: `${answer.status} ${bytes.toString().slice(0, 2_000)}`,
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(bytes);
  });

  return {
    baseUrl: front.baseUrl,
    reports,
    /** Fails where a request was not reported valid, or an operation not asked for. */
    assertAllValid(operations: string[]): void {
      for (const report of reports) assert.equal(report.valid, 'true', JSON.stringify(report));
      assert.deepEqual([...new Set(reports.map(({ operation }) => operation))].sort(), operations);
      assert.equal(operations.length, 10);
    },
    typesOf: (operation: string) =>
      [...new Set(reports.filter((report) => report.operation === operation).map(({ type }) => type))].sort(),
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]();
      child.kill();
      await ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The mock takes port 0 literally and does not tell which port it got. */
async function freeAddress(): Promise<{ host: string; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(isRecord(address));
  return { host: '127.0.0.1', port: Number(address.port) };
}

function operationsOf(description: unknown): string[] {
  assert.ok(isRecord(description) && isRecord(description.paths));
  const operations = Object.entries(description.paths).flatMap(([route, methods]) =>
    Object.keys(Object(methods))
      .filter((method) => ['get', 'post', 'delete'].includes(method))
      .map((method) => `${method.toUpperCase()} ${route}`),
  );
  return operations.sort();
}
