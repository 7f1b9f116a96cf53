import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutToWidth, widthOf } from '../../lib/cli/width.ts';

for (const [text, width] of [
  ['', 0],
  ['boat', 4],
  ['█░ …', 4],
  ['e\u0301', 1],
  ['界', 2],
  ['Ａ한かカ', 8],
  ['🛶', 2],
  ['👩‍👩‍👧', 2],
  ['❤️', 2],
  ['\u200b', 0],
] as const) {
  test(`${JSON.stringify(text)} takes ${width} columns`, () => assert.equal(widthOf(text), width));
}

test('what is too wide is cut between characters, and never takes more than there is', () => {
  assert.equal(cutToWidth('paper boat', 10), 'paper boat');
  assert.equal(cutToWidth('paper boat', 9), 'paper bo…');
  assert.equal(cutToWidth('界界界', 5), '界界…');
  assert.equal(cutToWidth('界界界', 4), '界…');
  assert.equal(cutToWidth('👩‍👩‍👧👩‍👩‍👧', 3), '👩‍👩‍👧…');
  assert.equal(cutToWidth('boat', 1), '…');
  assert.equal(cutToWidth('boat', 0), '');
});
