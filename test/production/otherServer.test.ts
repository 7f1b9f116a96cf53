import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../lib/production/decide.ts';
import { startProvider } from '../paid/provider.ts';
import { errorOf, openTools, type TestTools } from '../tools/support.ts';

/** A clip whose job runs at one server, seen by a program that is set to another. */
async function openElsewhere(own: string, other: string): Promise<{ tools: TestTools; key: string; jobId: string }> {
  const first = await openTools({ baseUrl: own });
  const [job] = (await first.call('video_create', { prompt: 'A boat', seconds: 4 })).data.jobs ?? [];
  const { ledger, state } = first.runtime.config;
  await first.runtime.close();
  return { tools: await openTools({ baseUrl: other, ledger, state }), key: String(job?.key), jobId: String(job?.id) };
}

test('no other server is asked for a clip by its key, told to delete it, or believed', async () => {
  await using own = await startProvider({ jobMs: 60_000 });
  await using other = await startProvider();
  const { tools, key, jobId } = await openElsewhere(own.baseUrl, other.baseUrl);
  await using _ = tools;
  const ledger = await tools.runtime.ledger();
  const calls = [
    ['video_produce', { key }],
    ['video_wait', { ids: [key] }],
    ['video_download', { id: key }],
    ['video_delete', { id: key }],
  ] as const;
  for (const [tool, input] of calls) {
    const error = errorOf(await tools.call(tool, input, { approve: async () => true }));
    assert.equal(error.code, 'invalid_argument', `${tool}: ${error.message}`);
    assert.match(error.next_step ?? '', new RegExp(`VIDEO_BASE_URL=${own.baseUrl}`), tool);
  }
  const clip = await ledger.get(key);
  assert.deepEqual([clip?.state, clip?.jobId], ['known', jobId]);
});

test('a person decides for a clip at its own server, and may give it up from anywhere', async () => {
  await using own = await startProvider();
  await using other = await startProvider();
  const { tools, key } = await openElsewhere(own.baseUrl, other.baseUrl);
  await using _ = tools;
  const ledger = await tools.runtime.ledger();
  const known = await ledger.get(key);
  assert.ok(known);
  const gone = await ledger.move(known, 'gone');
  const foreign = { operation: 'create', parameters: { prompt: 'A tram', seconds: '4' } } as const;
  const api = await tools.runtime.api();
  const { id } = await api.make(await api.prepare(foreign));
  await assert.rejects(decide(gone, { job: id }, tools.runtime), { code: 'invalid_argument' });
  assert.equal((await decide(gone, 'drop', tools.runtime)).state, 'failed');
});
