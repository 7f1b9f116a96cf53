import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRate } from '../../lib/studio/rates.ts';

test('a caller has a burst, then a rate, and the burst again after a pause', () => {
  let now = 0;
  const take = createRate({ perSecond: 2, burst: 3 }, () => now);
  const takes = (times: number) => Array.from({ length: times }, () => take('a'));
  assert.deepEqual(takes(4), [undefined, undefined, undefined, 1]);
  now += 500;
  assert.deepEqual(takes(2), [undefined, 1]);
  assert.equal(take('b'), undefined);
  now += 60_000;
  assert.deepEqual(takes(4), [undefined, undefined, undefined, 1]);
});

test('the time to wait is told in whole seconds', () => {
  let now = 0;
  const take = createRate({ perSecond: 0.1, burst: 1 }, () => now);
  assert.deepEqual([take('a'), take('a')], [undefined, 10]);
  now += 9_000;
  assert.equal(take('a'), 1);
});

test('of very many callers those that were not seen for longest are forgotten', () => {
  const take = createRate({ perSecond: 1, burst: 1 }, () => 0);
  assert.equal(take('first'), undefined);
  for (let index = 0; index < 20_000; index++) take(`caller ${index}`);
  assert.deepEqual([take('caller 19999'), take('first')], [1, undefined]);
});
