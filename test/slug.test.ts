import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slug } from '../lib/slug.ts';

test('a slug keeps letters and digits of any script and joins the rest with single dashes', () => {
  assert.equal(slug('A Paper   Boat — drifts, at 5!'), 'a-paper-boat-drifts-at-5');
  assert.equal(slug('Ein Märchen über Füße'), 'ein-märchen-über-füße');
  assert.equal(slug('夕暮れの川 と 船'), '夕暮れの川-と-船');
});

test('a slug is never empty, a path or a hidden name', () => {
  for (const text of ['', '   ', '...', '../..', '\0\n', '🚀🚀', '-']) assert.equal(slug(text), 'clip');
  assert.equal(slug('../../etc/passwd'), 'etc-passwd');
  assert.equal(slug('.hidden'), 'hidden');
  assert.equal(slug('', { fallback: 'shot' }), 'shot');
});

test('a long slug ends at a word, and a single long word is cut', () => {
  assert.equal(slug('one two three four', { maxLength: 9 }), 'one-two');
  assert.equal(slug('abcdefghij', { maxLength: 4 }), 'abcd');
  assert.ok(slug('word '.repeat(100_000)).length <= 40);
});

test('a slug never cuts a character in half', () => {
  assert.ok(slug('𝔞'.repeat(50)).isWellFormed());
  assert.ok(slug('𠮷'.repeat(50), { maxLength: 5 }).isWellFormed());
});
