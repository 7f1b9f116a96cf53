import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureOf, openClient } from '../client.ts';
import { json, listen, text } from '../server.ts';

/** A server whose API lies below a prefix, and nowhere else. */
const listenBelow = (prefix: string) =>
  listen(({ path }) => (path === `${prefix}/videos` ? json({ id: 'video_1', status: 'queued' }) : text('no', 404)));

describe('the address of the API', () => {
  for (const [spelling, prefix] of [
    ['', '/v1'],
    ['/', '/v1'],
    ['/v1', '/v1'],
    ['/v1/', '/v1'],
    ['/v1//', '/v1'],
    ['/openai/v1', '/openai/v1'],
    ['/openai', '/openai/v1'],
    ['/api/v1/', '/api/v1'],
  ] as const) {
    test(`may end in "${spelling}"`, async () => {
      await using server = await listenBelow(prefix);
      await using client = await openClient({ baseUrl: `${server.origin}${spelling}` });
      await client.api.create({ prompt: 'A boat' });
      assert.equal(server.received[0]?.path, `${prefix}/videos`);
    });
  }

  test('keeps the query of the configuration beside that of a call', async () => {
    await using server = await listenBelow('/v1');
    await using client = await openClient({ baseUrl: server.origin, query: { 'api-version': 'preview' } });
    await client.api.create({ prompt: 'A boat' });
    await failureOf(client.api.retrieve('video_2'));
    await failureOf(client.api.content('video_1', { variant: 'thumbnail' }));
    assert.deepEqual(
      server.received.map(({ query }) => query.get('api-version')),
      server.received.map(() => 'preview'),
    );
    assert.equal(server.received.at(-1)?.query.get('variant'), 'thumbnail');
  });
});
