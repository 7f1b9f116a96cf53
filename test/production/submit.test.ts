import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intend } from '../../lib/production/submit.ts';
import { startProvider } from '../paid/provider.ts';
import { openTools } from '../tools/support.ts';

const BOAT = { operation: 'create', parameters: { prompt: 'A boat', seconds: '4' } } as const;

test('a clip that ends in the moment it is found is not sent anew without a price and an approval', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl, budgetJobs: 1, approveAboveUsd: 0 });
  const ledger = await tools.runtime.ledger();
  const wish = { request: BOAT, goal: 'job' } as const;
  const first = await intend(wish, tools.runtime, { session: 'first', approve: async () => true });
  assert.ok(first.isNew);
  const services = {
    ...tools.runtime,
    ledger: async () => ({
      ...ledger,
      async find(hash: string, session: string) {
        const found = await ledger.find(hash, session);
        // Its own process learns in this moment that it was refused.
        await ledger.refused(first.clip, { code: 'bad_request', message: 'no such size' }, false);
        return found;
      },
    }),
  };
  const second = await intend(wish, services, { session: 'second' });
  assert.deepEqual([second.isNew, second.clip.key, second.clip.state], [false, first.clip.key, 'failed']);
  assert.equal((await ledger.list()).length, 1);
});

test('a length that is none makes no room in the budget', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl, budgetSeconds: 8 });
  for (const seconds of ['-1000', 'NaN', '1e999', {}]) {
    const request = { operation: 'create', parameters: { prompt: 'A boat', extra: { seconds } } } as const;
    await assert.rejects(intend({ request, goal: 'job' }, tools.runtime, {}), { code: 'seconds_required' });
  }
});
