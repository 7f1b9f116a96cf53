import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvRecords } from '../../../lib/production/storyboard/csv.ts';

async function recordsOf(text: string): Promise<string[][]> {
  const lines = Readable.from(text.split('\n'));
  const records: string[][] = [];
  for await (const { cells } of csvRecords(lines)) records.push(cells);
  return records;
}

const cell = fc.string({ unit: fc.constantFrom('a', 'é', ' ', ',', '"', '\n', ';') });

test('whatever stands in the cells of a table is read as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }), async (records) => {
      const text = records
        .map((cells) => cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
        .join('\n');
      assert.deepEqual(await recordsOf(text), records);
    }),
  );
});

test('cells without quotes are taken as they stand', async () => {
  assert.deepEqual(await recordsOf('a,b c,\n\n,5" disk\n'), [
    ['a', 'b c', ''],
    ['', '5" disk'],
  ]);
});
