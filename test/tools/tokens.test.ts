import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVideoToolset } from '../../lib/index.ts';
import { TOKEN_AIMS, tokensOf } from '../support/tokens.ts';

for (const preset of ['produce', 'all'] as const) {
  test(`the definitions of the preset ${preset} take at most ${TOKEN_AIMS[preset]} tokens`, () => {
    const counts = createVideoToolset({ tools: preset }).map((tool) => tokensOf(tool));
    const sum = counts.reduce((total, count) => total + count, 0);
    assert.ok(sum > 100 && sum <= TOKEN_AIMS[preset], `${sum} tokens`);
  });
}
