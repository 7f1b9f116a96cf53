import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BIN, openCommandLine } from '../cli/support.ts';
import { openStudio } from '../support/studio.ts';

const EXAMPLE = fileURLToPath(new URL('../../docs/examples/mcpClient.ts', import.meta.url));

test('the example of a client makes a clip, as it stands', async () => {
  await using studio = await openStudio();
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const example = (env: Record<string, string> = {}) =>
    cli.start(['a kite', process.execPath, BIN, 'mcp'], { program: EXAMPLE, env }).ended;
  const { code, stdout, stderr } = await example();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^file:\/\/.*\.mp4\n$/);
  assert.match(stderr, /^\d+ % /m);
  const dear = await example({ VIDEO_APPROVE_USD: '0' });
  assert.deepEqual([dear.code, /Declined: Make a clip of 4 seconds/.test(dear.stderr)], [1, true], dear.stderr);
});
