import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { KEY } from '../../support/key.ts';
import { failureOf, openClient } from '../client.ts';
import { CLIP } from '../media.ts';
import { scripted } from '../scripted.ts';
import { bytes, json, listen } from '../server.ts';
import { startNewApi } from '../servers/newApi.ts';
import { startSglang } from '../servers/sglang.ts';

const SHAPES: Record<string, (url: string) => object> = {
  url: (url) => ({ url }),
  video_url: (video_url) => ({ video_url }),
  'urls[]': (url) => ({ urls: [url] }),
  'unsigned_urls[]': (url) => ({ unsigned_urls: [url] }),
  'video.url': (url) => ({ video: { url } }),
  'output.url': (url) => ({ output: { url } }),
  'output.videos[].url': (url) => ({ output: { videos: [{ url }] } }),
  'outputs.video_url': (video_url) => ({ outputs: { video_url } }),
  'metadata.url': (url) => ({ metadata: { url } }),
  'data[].url': (url) => ({ data: [{ url }] }),
  'data[].b64_json': () => ({ data: [{ b64_json: CLIP.toString('base64') }] }),
};
const NO_ROUTE = json({ detail: 'Not Found' }, 404);
const completed = (fields: object) => json({ id: 'video_1', status: 'completed', ...fields });

describe('a clip whose bytes the content route does not have', () => {
  for (const [field, shape] of Object.entries(SHAPES)) {
    test(`is found by ${field}, and fetched without a key`, async () => {
      await using storage = await listen(() => bytes(CLIP));
      const retrieve = completed(shape(`${storage.origin}/clip.mp4`));
      const credentials = { apiKey: KEY, headers: { 'api-key': KEY }, query: { secret: KEY } };
      await using server = await scripted({ content: NO_ROUTE, retrieve }, credentials);
      assert.equal((await server.api.download('video_1')).bytes, CLIP.length);
      for (const { headers, path, query } of storage.received) {
        assert.doesNotMatch(JSON.stringify([headers, path, ...query]), new RegExp(KEY));
      }
    });
  }

  for (const status of [405, 501]) {
    test(`is found where content answers ${status}`, async () => {
      await using storage = await listen(() => bytes(CLIP));
      const retrieve = completed({ url: `${storage.origin}/clip.mp4` });
      await using server = await scripted({ content: json({}, status), retrieve });
      assert.equal((await server.api.download('video_1')).bytes, CLIP.length);
    });
  }

  test("is fetched with the key from the API's own origin, by a relative address too", async () => {
    const script = { content: NO_ROUTE, retrieve: completed({ url: '/files/clip.mp4' }), other: bytes(CLIP) };
    await using server = await scripted(script, { apiKey: KEY });
    await server.api.download('video_1');
    assert.equal(server.calls('other')[0]?.headers.authorization, `Bearer ${KEY}`);
  });

  test('is found by the second address where the first is empty', async () => {
    await using storage = await listen(() => bytes(CLIP));
    const fields = { url: null, video_url: '', urls: [], metadata: { url: `${storage.origin}/clip.mp4` } };
    await using server = await scripted({ content: NO_ROUTE, retrieve: completed(fields) });
    assert.equal((await server.api.download('video_1')).bytes, CLIP.length);
  });

  for (const url of ['file:///etc/hostname', 'ftp://127.0.0.1/clip.mp4', 'not a url at all:', '/srv/media/clip.mp4']) {
    test(`is not looked for at ${url}`, async () => {
      await using server = await scripted({ content: NO_ROUTE, retrieve: completed({ url }) });
      const error = await failureOf(server.api.download('video_1'));
      assert.notEqual(error.code, 'internal', error.message);
    });
  }

  test('is fetched from the cloud where SGLang says so', async () => {
    await using storage = await listen(() => bytes(CLIP));
    await using dialect = await startSglang({ cloudUrl: `${storage.origin}/clip.mp4` });
    for (const server of ['sglang', 'auto'] as const) {
      await using client = await openClient({ baseUrl: dialect.baseUrl, server });
      const { id } = await client.api.create({ prompt: 'A boat' });
      await client.api.wait([id]);
      assert.equal((await client.api.download(id)).bytes, CLIP.length);
    }
  });

  test('is fetched from where the metadata of new-api points', async () => {
    await using storage = await listen(() => bytes(CLIP));
    await using dialect = await startNewApi({ clipUrl: `${storage.origin}/clip.mp4` });
    await using client = await openClient({ baseUrl: dialect.baseUrl, server: 'new-api', apiKey: KEY });
    const { id } = await client.api.create({ prompt: 'A boat' });
    await client.api.wait([id]);
    assert.equal((await client.api.download(id)).bytes, CLIP.length);
    assert.equal(storage.received[0]?.headers.authorization, undefined);
  });
});

test('a server elsewhere cannot make us fetch from this machine, unless we allow it', async (context) => {
  const own = Object.values(networkInterfaces()).flat();
  const address = own.find((each) => each?.family === 'IPv4' && !each.internal)?.address;
  if (address === undefined) return context.skip('this machine has no address but the loopback');
  await using storage = await listen(() => bytes(CLIP));
  const retrieve = completed({ url: `${storage.origin}/clip.mp4` });
  await using server = await listen(({ path }) => (path.endsWith('/content') ? NO_ROUTE : retrieve), address);
  await using client = await openClient({ baseUrl: `${server.origin}/v1` });
  assert.notEqual((await failureOf(client.api.download('video_1'))).code, 'internal');
  assert.equal(storage.received.length, 0);
  await using trusting = await openClient({ baseUrl: `${server.origin}/v1`, allowPrivateAddresses: true });
  assert.equal((await trusting.api.download('video_1')).bytes, CLIP.length);
});
