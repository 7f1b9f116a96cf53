import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIST_PRICES, usdPerSecond } from '../../lib/ledger/pricing.ts';

test('the listed models cost what their provider asks for the size', () => {
  assert.equal(usdPerSecond({ model: 'sora-2', size: '1280x720' }, {}), 0.1);
  assert.equal(usdPerSecond({ model: 'sora-2-2025-12-08' }, {}), 0.1);
  assert.equal(usdPerSecond({ model: 'sora-2-pro' }, {}), 0.3);
  assert.equal(usdPerSecond({ model: 'sora-2-pro', size: '1792x1024' }, {}), 0.5);
  assert.equal(usdPerSecond({ model: 'sora-2-pro', size: '1080x1920' }, {}), 0.7);
  assert.equal(usdPerSecond({ model: 'openai/sora-2-pro', size: '720x1280' }, {}), 0.3);
});

test("the user's own prices come first, the one for the size before the one for the model", () => {
  const prices = { 'sora-2': 0.2, 'wan-2@1920x1080': 0.05, 'wan-2': 0.02, free: 0 };
  assert.equal(usdPerSecond({ model: 'sora-2' }, prices), 0.2);
  assert.equal(usdPerSecond({ model: 'wan-2', size: '1920x1080' }, prices), 0.05);
  assert.equal(usdPerSecond({ model: 'wan-2', size: '1280x720' }, prices), 0.02);
  assert.equal(usdPerSecond({ model: 'free' }, prices), 0);
});

test('what nobody priced has no price, rather than a wrong one', () => {
  assert.equal(usdPerSecond({ model: 'wan-2' }, {}), undefined);
  assert.equal(usdPerSecond({ model: 'toString' }, {}), undefined);
  assert.equal(usdPerSecond({}, {}), undefined);
  assert.equal(usdPerSecond({ model: 'not-sora-2' }, {}), undefined);
});

test('every listed price says where it comes from', () => {
  for (const { source, usdPerSecond: price } of LIST_PRICES) {
    assert.match(source, /20\d\d/);
    assert.ok(price > 0);
  }
});
