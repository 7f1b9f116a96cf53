import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { KEY } from '../../support/key.ts';
import { failureOf, openClient } from '../client.ts';
import { CLIP } from '../media.ts';
import { scripted } from '../scripted.ts';
import { type Answer, bytes, json, listen, text } from '../server.ts';
import { startProxy } from '../servers/proxy.ts';
import { startTrtllm } from '../servers/trtllm.ts';
import { startVllmOmni } from '../servers/vllmOmni.ts';

const filesIn = (folder: string) => readdir(folder).catch(() => []);

describe('downloading a clip', () => {
  test('names a variant only where it is not the clip itself', async () => {
    await using server = await scripted({});
    await server.api.download('video_1', { variant: 'video' });
    assert.equal(server.calls('content')[0]?.query.get('variant'), null);
    await failureOf(server.api.download('video_1', { variant: 'thumbnail', name: 'small' }));
    assert.equal(server.calls('content')[1]?.query.get('variant'), 'thumbnail');
    assert.equal((await filesIn(server.folder)).length, 1, 'an mp4 is no thumbnail');
  });

  const notReady: readonly (readonly [string, Answer])[] = [
    ['404 in progress', json({ detail: 'Generation is still in-progress' }, 404)],
    ['400 not completed', json({ message: 'Task is not completed yet, current status: NOT_START' }, 400)],
    ['409', json({ error: { message: 'Video output not yet available' } }, 409)],
    ['425', json({ error: { message: 'Too early: in progress' } }, 425)],
  ];
  for (const [title, answer] of notReady) {
    test(`asks again where a job just completed and the bytes lag (${title})`, async () => {
      await using server = await scripted({ content: (_, count) => (count < 3 ? answer : bytes(CLIP)) });
      assert.equal((await server.api.download('video_1')).bytes, CLIP.length);
    });

    test(`says not_ready, and does not ask for ever, where they stay away (${title})`, async () => {
      await using server = await scripted({ content: answer });
      assert.equal((await failureOf(server.api.download('video_1'))).code, 'not_ready');
      assert.ok(server.calls('content').length < 20);
    });
  }

  const ends: readonly (readonly [string, Answer, RegExp])[] = [
    ['422', json({ error: { message: 'Video generation failed', code: 422 } }, 422), /^job_failed$/],
    [
      'an expiry',
      json({ error: { message: 'The video is no longer available. Downloads expire after 1 hours.' } }, 404),
      /^expired$/,
    ],
    ['410', json({ error: { message: 'Gone' } }, 410), /^(gone|expired)$/],
    ['404 without an address', json({ error: { message: 'Video file not found' } }, 404), /^(gone|expired|not_found)$/],
  ];
  for (const [title, answer, code] of ends) {
    test(`takes ${title} for an end, not for a moment (${code.source})`, async () => {
      await using server = await scripted({ content: answer });
      const error = await failureOf(server.api.download('video_1'));
      assert.match(error.code, code, error.message);
      assert.notEqual(error.facts.retryable, true);
      assert.equal(error.facts.job_id, 'video_1');
      assert.ok(server.calls('content').length < 20);
    });
  }

  const foreign: readonly (readonly [string, Answer])[] = [
    ['an error in JSON', json({ error: { message: 'upstream is busy' } })],
    ['a path in JSON', json({ path: '/srv/media/video_1.mp4' })],
    ['a page', text('<html><body>Sign in</body></html>', 200, 'text/html')],
    ['a page that calls itself a video', text('<html><body>Sign in</body></html>', 200, 'video/mp4')],
    ['nothing', bytes(Buffer.alloc(0))],
    ['a cut clip', bytes(CLIP.subarray(0, 999), 'video/mp4', { 'content-length': '40000' })],
  ];
  for (const [title, answer] of foreign) {
    test(`never saves ${title}`, async () => {
      await using server = await scripted({ content: answer }, { requestTimeoutMs: 200 });
      const error = await failureOf(server.api.download('video_1'));
      assert.notEqual(error.code, 'internal', error.message);
      assert.doesNotMatch(`${error.message} ${JSON.stringify(error.report())}`, /\/srv/);
      assert.deepEqual(await filesIn(server.folder), []);
    });
  }

  const EBML = Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104', 'hex');
  const AVI = Buffer.from('RIFF\x24\0\0\0AVI LIST', 'latin1');
  for (const [suffix, head] of [
    ['webm', EBML],
    ['avi', AVI],
  ] as const) {
    test(`saves a clip that is ${suffix}, and calls it so, whatever the server says it is`, async () => {
      const clip = Buffer.concat([head, Buffer.alloc(5_000, 'frames')]);
      await using server = await scripted({ content: bytes(clip, 'application/octet-stream') });
      const file = await server.api.download('video_1');
      assert.equal(path.extname(file.path), `.${suffix}`);
      assert.equal(file.bytes, clip.length);
    });
  }

  test('follows an address that stands where the bytes should be', async () => {
    await using storage = await listen(() => bytes(CLIP));
    await using server = await scripted({ content: json({ url: `${storage.origin}/clip.mp4` }) });
    assert.equal((await server.api.download('video_1')).bytes, CLIP.length);
  });

  test('tells the failure of a vLLM-Omni job by its own words', async () => {
    await using dialect = await startVllmOmni();
    await using client = await openClient({ baseUrl: dialect.baseUrl, apiKey: KEY, server: 'vllm-omni' });
    const { id } = await client.api.create({ prompt: 'A render that fails' });
    await client.api.wait([id]);
    const { code, message } = await failureOf(client.api.download(id));
    assert.equal(code, 'job_failed');
    assert.match(message, /GPU ran out of memory/);
  });

  test('tells a TensorRT-LLM clip that stays on its server from one that is broken', async () => {
    await using dialect = await startTrtllm();
    await using client = await openClient({ baseUrl: dialect.baseUrl, server: 'tensorrt-llm' });
    const { id } = await client.api.create({ prompt: 'A boat', extra: { response_format: 'path' } });
    await client.api.wait([id]);
    const { message, code } = await failureOf(client.api.download(id));
    assert.doesNotMatch(message, /\/srv/);
    assert.notEqual(code, 'internal');
  });
});

describe('a clip that lies on another origin', () => {
  test('is fetched without any of our credentials', async () => {
    await using proxy = await startProxy();
    await using client = await openClient({
      baseUrl: proxy.baseUrl,
      ...proxy.connection,
      query: { 'api-version': '7' },
    });
    const { id } = await client.api.create({ prompt: 'A boat' });
    await client.api.wait([id]);
    const file = await client.api.download(id);
    assert.ok((await readFile(path.join(client.folder, file.path))).equals(CLIP));
    const { headers, query } = proxy.stored[0] ?? assert.fail('nothing was fetched');
    assert.equal(headers.authorization, undefined);
    assert.equal(headers['x-team'], undefined);
    assert.deepEqual([...query], [['X-Amz-Signature', 'abc']]);
  });

  test('is fetched with the key where the origin is our own', async () => {
    await using server = await scripted(
      {
        content: { status: 307, headers: { location: '/files/clip.mp4' } },
        other: ({ headers }) => (headers.authorization === `Bearer ${KEY}` ? bytes(CLIP) : text('no key', 401)),
      },
      { apiKey: KEY },
    );
    assert.equal((await server.api.download('video_1')).bytes, CLIP.length);
  });

  test('is given up where redirects lead in a circle', async () => {
    const circle = { status: 302, headers: { location: '/v1/videos/video_1/content' } };
    await using server = await scripted({ content: circle });
    assert.notEqual((await failureOf(server.api.download('video_1'))).code, 'internal');
    assert.ok(server.calls('content').length < 100);
  });

  test('does not take part in a call that makes a job', async () => {
    await using elsewhere = await listen(() => json({ id: 'video_9', status: 'queued' }));
    const moved = { status: 307, headers: { location: `${elsewhere.origin}/v1/videos` } };
    await using server = await scripted({ create: moved }, { apiKey: KEY });
    await failureOf(server.api.create({ prompt: 'A boat' }));
    assert.equal(elsewhere.received.length, 0);
  });
});
