import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf, normaliseKey, urlPathOf } from '../../lib/cdn/key.ts';

const SHA256 = 'ab'.repeat(32);
const NOVEMBER = Date.UTC(2026, 10, 30, 23, 59);

test('a key holds the month, the name and the hash', () => {
  const key = keyOf({ path: 'boats/A Paper Boat!.mov', modifiedMs: NOVEMBER }, SHA256, 'video/mp4');
  assert.equal(key, '2026/11/a-paper-boat-abababab.mp4');
});

test('a key comes out of any name, and is a valid one', () => {
  const names = [
    '..',
    '...mp4',
    '$(rm -rf).mp4',
    '🛶🛶.mp4',
    'ж'.repeat(100),
    'a\u202eb.mp4',
    '%2e%2e.mp4',
    ' .png',
    'x'.repeat(250),
  ];
  for (const name of names) {
    const key = keyOf({ path: name, modifiedMs: 0 }, SHA256, 'image/png');
    assert.equal(normaliseKey(key), key.normalize('NFC'), name);
    assert.match(key, /^1970\/01\/[\p{L}\p{N}\p{M}-]+-abababab\.png$/u, name);
  }
});

test('composed and decomposed names are one key', () => {
  assert.equal(normaliseKey('2026/11/cafe\u0301.mp4'), '2026/11/caf\u00e9.mp4');
  assert.equal(normaliseKey('2026/11/caf\u00e9.mp4'), '2026/11/caf\u00e9.mp4');
});

for (const key of [
  '',
  '/',
  '../x',
  'a/../x',
  'a/..',
  '/etc/passwd',
  'a//b',
  'a/',
  './a',
  '.staging/x',
  'a/.hidden',
  'a\0b',
  'a\nb',
  'a\u007fb',
  'a\\..\\b',
  'c:/x',
  '\ud800',
  'x'.repeat(300),
  'ж'.repeat(128),
  `${'a/'.repeat(500)}b`,
]) {
  test(`the key ${JSON.stringify(key.slice(0, 20))} (${key.length} characters) is refused`, () => {
    assert.throws(() => normaliseKey(key), { code: 'invalid_argument' });
  });
}

test('what only looks like a dot or a slash stays one part of the name', () => {
  for (const key of ['\u2024\u2024\uff0fx', 'a\u2215b', '%2e%2e%2fx', '\uff0e\uff0e']) {
    assert.equal(normaliseKey(key), key);
    assert.ok(!new URL(urlPathOf(key), 'https://cdn.example/p/').href.includes('/../'));
  }
});

test('an address holds the key percent-encoded, part by part', () => {
  assert.equal(urlPathOf('2026/a b#?%&é.mp4'), '2026/a%20b%23%3F%25%26%C3%A9.mp4');
});
