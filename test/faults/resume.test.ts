import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openClient } from '../dialects/client.ts';
import { json, listen } from '../dialects/server.ts';
import { type Fault, startFaultProxy } from './proxy.ts';
import { CLIP, CLIP_SHA256, ranged, startVideoServer } from './videoServer.ts';

const BREAKS: readonly Fault[] = [
  { kind: 'reset response', share: 0.5 },
  { kind: 'stall', share: 0.5 },
];

/** Breaks the first download and leaves all else alone. */
function once(fault: Fault) {
  let isBroken = false;
  return ({ path }: { path: string }) => {
    if (isBroken || !path.endsWith('/content')) return undefined;
    isBroken = true;
    return fault;
  };
}

for (const fault of BREAKS) {
  test(`a download goes on where it was broken off (${fault.kind})`, async () => {
    await using server = await startVideoServer();
    await using proxy = await startFaultProxy(server.origin, once(fault));
    await using client = await openClient({ baseUrl: `${proxy.origin}/v1`, requestTimeoutMs: 250 });
    const { id } = await client.api.create({ prompt: 'A boat' });
    await client.api.wait([id]);
    assert.equal((await client.api.download(id)).sha256, CLIP_SHA256);
    const [first, second, ...more] = proxy.exchanges.filter(({ path }) => path.endsWith('/content'));
    assert.equal(more.length, 0);
    const start = Number(/^bytes=(\d+)-$/.exec(second?.range ?? '')?.[1]);
    assert.ok(start > 0 && (first?.delivered ?? 0) - start <= 0.05 * CLIP.length, `went on at ${start}`);
    assert.equal(server.received.at(-1)?.headers['if-range'], `"${CLIP_SHA256}"`);
  });
}

test('a download begins anew where the server knows no ranges', async () => {
  await using server = await startVideoServer({ hasRanges: false });
  await using proxy = await startFaultProxy(server.origin, once({ kind: 'reset response', share: 0.5 }));
  await using client = await openClient({ baseUrl: `${proxy.origin}/v1`, requestTimeoutMs: 250 });
  const { id } = await client.api.create({ prompt: 'A boat' });
  await client.api.wait([id]);
  assert.equal((await client.api.download(id)).sha256, CLIP_SHA256);
});

test('a download begins anew where the clip is another one by now', async () => {
  let downloads = 0;
  const other = Buffer.from(CLIP);
  other.fill(0, 100, 1_000);
  await using server = await listen((request) => {
    if (!request.path.endsWith('/content')) return json({ id: 'video_1', status: 'completed' });
    const isFirst = ++downloads === 1;
    const answer = ranged(request, isFirst ? '"old"' : '"new"');
    return isFirst ? { ...answer, body: other } : answer;
  });
  await using proxy = await startFaultProxy(server.origin, once({ kind: 'reset response', share: 0.5 }));
  await using client = await openClient({ baseUrl: `${proxy.origin}/v1`, requestTimeoutMs: 250 });
  assert.equal((await client.api.download('video_1')).sha256, CLIP_SHA256);
});
