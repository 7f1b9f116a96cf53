import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { VideoApi } from '../../../lib/api/video.ts';
import { failureOf, openClient } from '../client.ts';
import { scripted } from '../scripted.ts';
import { json } from '../server.ts';
import { startSglang } from '../servers/sglang.ts';

const job = (id: string) => ({ id, status: 'completed' });
const page = (ids: string[], more: object = {}) => json({ object: 'list', data: ids.map(job), ...more });

async function idsOf(api: VideoApi, limit?: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of api.listAll(limit === undefined ? {} : { limit })) {
    ids.push(id);
    assert.ok(ids.length < 50_000, 'the list has no end');
  }
  return ids;
}

describe('a list of jobs', () => {
  for (const [title, body] of [
    ['data', { data: [job('a')] }],
    ['videos', { videos: [job('a')] }],
    ['a bare array', [job('a')]],
  ] as const) {
    test(`is read from ${title}`, async () => {
      await using server = await scripted({ list: json(body) });
      assert.deepEqual(await idsOf(server.api), ['a']);
    });
  }

  test('goes on after an empty page that has more', async () => {
    const pages = [
      page(['a'], { has_more: true, last_id: 'a' }),
      page([], { has_more: true, last_id: 'x' }),
      page(['b'], { has_more: false, last_id: 'b' }),
    ];
    await using server = await scripted({ list: (_, count) => pages[count - 1] ?? page([]) });
    assert.deepEqual(await idsOf(server.api), ['a', 'b']);
    assert.deepEqual(
      server.calls('list').map(({ query }) => query.get('after')),
      [null, 'a', 'x'],
    );
  });

  test('goes on after the last job of a full page where no cursor is given', async () => {
    const after: Record<string, string[]> = { '': ['a', 'b'], b: ['c'] };
    await using server = await scripted({ list: ({ query }) => page(after[query.get('after') ?? ''] ?? []) });
    assert.deepEqual(await idsOf(server.api, 2), ['a', 'b', 'c']);
  });

  test('ends at a cursor that comes again, without a job twice', async () => {
    await using server = await scripted({ list: page(['a', 'b'], { has_more: true, last_id: 'b' }) });
    assert.deepEqual(await idsOf(server.api, 2), ['a', 'b']);
    assert.ok(server.calls('list').length <= 2);
  });

  test('ends though its server always has more', async () => {
    const patience = 2_000;
    const endless = (count: number) => page([], { has_more: count < patience, last_id: `cursor-${count}` });
    await using server = await scripted({ list: (_, count) => endless(count) });
    // Whether with what was found or with an error is left open.
    await idsOf(server.api).catch(() => undefined);
    assert.ok(server.calls('list').length < patience);
  });

  test('of no jobs at all is refused in a way that names the limit', async () => {
    await using dialect = await startSglang();
    await using client = await openClient({ baseUrl: dialect.baseUrl, server: 'sglang' });
    const { message } = await failureOf(client.api.list({ limit: 0 }));
    assert.match(message, /limit/);
  });
});
