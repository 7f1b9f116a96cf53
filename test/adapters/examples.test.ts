import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCommandLine } from '../cli/support.ts';
import { type ChatScript, lastResult, listenAsModel } from '../support/chatServer.ts';
import { openStudio } from '../support/studio.ts';

/** An example as it stands. */
async function openExample(name: string, settings: Record<string, string>) {
  const cli = await openCommandLine(settings);
  const program = fileURLToPath(new URL(`../../docs/examples/${name}.ts`, import.meta.url));
  return {
    run: (env: Record<string, string> = {}) => cli.start(['A kite'], { program, env }).ended,
    [Symbol.asyncDispose]: () => cli[Symbol.asyncDispose](),
  };
}

test('the example of a structural host makes a clip, and ends', async () => {
  await using studio = await openStudio();
  await using example = await openExample('helloDave', { VIDEO_BASE_URL: studio.baseUrl });
  const { code, stdout, stderr } = await example.run();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^file:\/\/.*\.mp4\n$/);
  assert.match(stderr, /^\d+ %$/m);
  const refused = await example.run({ VIDEO_BUDGET_SECONDS: '1' });
  assert.deepEqual([refused.code, /needs 4 seconds/.test(refused.stdout)], [1, true], refused.stdout);
});

// What holds it would do so for more than a minute.
test('a program with the embedded studio ends by itself when its clip is made', { timeout: 80_000 }, async () => {
  await using example = await openExample('helloDave', {});
  const { code, stdout, stderr } = await example.run();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^file:\/\/.*\.mp4\n$/);
});

test('the example of the OpenAI Agents SDK hands off, asks, makes a clip, and ends', async () => {
  const script: ChatScript = (messages, { body }) => {
    const { tools }: { tools: { function: { name: string } }[] } = JSON.parse(body.toString());
    if (tools.some((tool) => tool.function.name === 'transfer_to_sora_agent'))
      return { tool: 'transfer_to_sora_agent', input: {} };
    const told = lastResult(messages);
    return told?.assistant === undefined
      ? String(told?.summary)
      : { tool: 'video_produce', input: { prompt: 'A kite', seconds: 4 } };
  };
  await using studio = await openStudio();
  await using chat = await listenAsModel(script);
  await using example = await openExample('openaiAgents', {
    VIDEO_BASE_URL: studio.baseUrl,
    OPENAI_BASE_URL: chat.baseUrl,
    OPENAI_API_KEY: 'none',
  });
  const dear = await example.run({ VIDEO_APPROVE_USD: '0' });
  assert.equal(dear.code, 0, dear.stderr);
  assert.match(dear.stderr, /^Declined: Make a clip of 4 seconds/m);
  assert.match(dear.stdout, /it was refused/);
  const { code, stdout, stderr } = await example.run();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Published at file:\/\/.*\.mp4\n$/);
});
