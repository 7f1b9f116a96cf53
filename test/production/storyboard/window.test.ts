import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWindow } from '../../../lib/production/storyboard/window.ts';
import { handClock } from '../../ledger/support.ts';

test('a refusal halves the window and closes it for a while; what was sent together counts once', () => {
  const clock = handClock(0);
  const window = createWindow(8, clock.now);
  assert.ok(window.hasRoom(7) && !window.hasRoom(8));
  for (let refusal = 0; refusal < 5; refusal++) window.shrink(1_000);
  assert.deepEqual([window.size(), window.pauseMs(), window.hasRoom(0)], [4, 1_000, false]);
  clock.advance(1_000);
  assert.ok(window.hasRoom(3) && !window.hasRoom(4));
  for (let refusal = 0; refusal < 5; refusal++) {
    window.shrink(100);
    clock.advance(100);
  }
  assert.equal(window.size(), 1, 'one goes on in any case');
});

test('it opens by one for each round that went well, and never beyond what was asked for', () => {
  const clock = handClock(0);
  const window = createWindow(4, clock.now);
  window.shrink(0);
  window.shrink(0);
  assert.equal(window.size(), 1);
  window.grow();
  assert.equal(window.size(), 2);
  for (let clip = 0; clip < 2; clip++) window.grow();
  assert.equal(window.size(), 2);
  window.grow();
  assert.equal(window.size(), 3);
  for (let clip = 0; clip < 50; clip++) window.grow();
  assert.equal(window.size(), 4);
});
