import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanCaption, wrapCaption } from '../../../../lib/studio/engines/animatic/captionText.ts';
import { timecode } from '../../../../lib/studio/engines/animatic/overlay.ts';

const wrap = (text: string) => wrapCaption(text, 10, 3, (line) => line.length);

test('a caption is broken between words into lines that fit', () => {
  assert.deepEqual(wrap('one two three four'), ['one two', 'three four']);
});

test('a caption of more than three lines ends in an ellipsis', () => {
  const lines = wrap('one two three four five six seven eight nine ten');
  assert.equal(lines.length, 3);
  assert.match(lines[2] ?? '', /…$/);
  assert.ok(lines.every((line) => line.length <= 10));
});

test('a word longer than a line is broken', () => {
  assert.deepEqual(wrap('abcdefghijklmno'), ['abcdefghij', 'klmno']);
});

test('control characters and marks that turn the text around are left out', () => {
  assert.equal(cleanCaption('a\u0000b\u202Ec\nd\uD800e'), 'a b c d e');
});

test('the timecode counts frames, seconds and minutes', () => {
  assert.equal(timecode(0, 24), '00:00:00');
  assert.equal(timecode(23, 24), '00:00:23');
  assert.equal(timecode(24, 24), '00:01:00');
  assert.equal(timecode(24 * 61 + 5, 24), '01:01:05');
});
