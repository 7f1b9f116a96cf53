import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { killPrograms } from './killing.ts';
import { openPaid, PHASES, RELIABLE_LIST, seed } from './support.ts';

const BLIND = fileURLToPath(new URL('./blind.ts', import.meta.url));

test('programs that send again what was not answered are seen to pay twice, by the same kills', async () => {
  await using paid = await openPaid({ provider: { ...PHASES, answerMs: 300 }, profile: RELIABLE_LIST });
  const start = ([prompt = '']: readonly string[]) => paid.cli.start([prompt], { program: BLIND });
  await assert.rejects(killPrograms(paid, { seed, kills: 60, atOnce: 2, start }), /was paid for [2-9] times/);
});
