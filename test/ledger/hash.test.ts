import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clipHash } from '../../lib/ledger/hash.ts';

const BOAT = { server: 'studio', call: '/videos', fields: { prompt: 'A boat', seconds: '8', size: '1280x720' } };

test('the same request has the same hash, in whatever order its fields were set', () => {
  const entries = fc.uniqueArray(fc.tuple(fc.string(), fc.jsonValue()), { selector: ([name]) => name });
  fc.assert(
    fc.property(entries, (fields) => {
      const forth = { ...BOAT, fields: Object.fromEntries(fields) };
      const back = { ...BOAT, fields: Object.fromEntries(fields.toReversed()) };
      assert.equal(clipHash(forth), clipHash(back));
    }),
  );
});

test('whatever makes another clip makes another hash', () => {
  const others = [
    BOAT,
    { ...BOAT, server: 'https://video.example/v1' },
    { ...BOAT, call: '/videos/edits' },
    { ...BOAT, fields: { ...BOAT.fields, prompt: 'A  boat' } },
    { ...BOAT, fields: { ...BOAT.fields, seconds: 8 } },
    { ...BOAT, upload: { field: 'input_reference', sha256: 'aa' } },
    { ...BOAT, upload: { field: 'input_reference', sha256: 'ab' } },
    { ...BOAT, upload: { field: 'video', sha256: 'ab' } },
    { ...BOAT, variation: 2 },
  ];
  assert.equal(new Set(others.map(clipHash)).size, others.length);
});

test('a first take is what is meant where no variation is named, and a field that is not set is none', () => {
  assert.equal(clipHash({ ...BOAT, variation: 1 }), clipHash(BOAT));
  assert.equal(clipHash({ ...BOAT, fields: { ...BOAT.fields, model: undefined } }), clipHash(BOAT));
});

test('a hash says nothing of the prompt', () => {
  assert.match(clipHash(BOAT), /^[0-9a-f]{64}$/);
});
