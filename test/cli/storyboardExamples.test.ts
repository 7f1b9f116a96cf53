import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { smallAnimatic } from '../production/storyboard/support.ts';
import { missing } from '../studio/engines/animatic/support.ts';
import { openStudio } from '../support/studio.ts';
import { type Outcome, openCommandLine } from './support.ts';

const EXAMPLES = path.join(import.meta.dirname, '../../docs/examples');
const HARBOUR = path.join(EXAMPLES, 'storyboards/harbour.yaml');
const skip = missing('ffmpeg');

/** The command line before a studio whose clips take no time. */
async function openExamples() {
  const studio = await openStudio({ engine: smallAnimatic() });
  const cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl, VIDEO_SERVER: 'studio', VIDEO_POLL_MS: '50' });
  return {
    cli,
    async [Symbol.asyncDispose]() {
      await cli[Symbol.asyncDispose]();
      await studio[Symbol.asyncDispose]();
    },
  };
}

test('the example of a storyboard becomes a film', { skip, timeout: 120_000 }, async () => {
  await using examples = await openExamples();
  const outcome = await examples.cli.run(['storyboard', 'run', HARBOUR]);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.ok(existsSync(fileURLToPath(outcome.stdout.trim())));
  assert.match(outcome.stderr, /^5 of 5 shots are published/m);
});

test('the example of a table has a clip for each row', async () => {
  await using examples = await openExamples();
  const run = ['storyboard', 'run', path.join(EXAMPLES, 'storyboards/postcards.yaml'), '--json'];
  const outcome = await examples.cli.run(run);
  assert.equal(outcome.code, 0, outcome.stderr);
  const { shots }: { shots: { id: string; prompt: string }[] } = JSON.parse(outcome.stdout);
  assert.deepEqual(
    shots.map(({ id, prompt }) => `${id}: ${prompt}`),
    [
      'lisbon: A cat waves from Lisbon, early in the morning',
      'oslo: A dog with a red, woollen cap waves from Oslo, at dusk',
      'quito: A llama waves from Quito, early in the morning',
    ],
  );
});

test('the example that goes step by step comes to the end, and each call ends by itself', {
  skip,
  timeout: 120_000,
}, async () => {
  await using examples = await openExamples();
  const program = path.join(EXAMPLES, 'storyboardStep.ts');
  let outcome: Outcome = { code: 0, stdout: '', stderr: '' };
  for (let call = 0; call < 60 && !outcome.stdout.startsWith('Nothing is left'); call++) {
    outcome = await examples.cli.start([HARBOUR], { program }).ended;
    assert.equal(outcome.code, 0, outcome.stderr);
  }
  assert.match(outcome.stdout, /^Nothing is left: \{"published":5\} file:.*\.mp4\n$/);
});
