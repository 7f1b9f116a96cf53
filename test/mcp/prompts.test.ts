import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '@modelcontextprotocol/server';
import { createVideoToolset } from '../../lib/index.ts';
import { getPrompt, listPrompts } from '../../lib/mcp/prompts.ts';
import type { ToolPreset } from '../../types/config.ts';

const GIVEN = { make_clip: { idea: 'a red kite', seconds: ' ' }, storyboard: { story: 'a red kite', shots: '2' } };

const toolsOf = (tools: ToolPreset) => createVideoToolset({ baseUrl: 'http://127.0.0.1:9', tools });

test('a prompt names no tool that is not served', () => {
  for (const preset of ['produce', 'chain', 'all'] as const) {
    const tools = toolsOf(preset);
    for (const [name, given] of Object.entries(GIVEN)) {
      const text = JSON.stringify(getPrompt(name, given, tools, sdk).messages);
      const named = text.match(/\b(video|cdn)_\w+/g) ?? [];
      assert.ok(named.length > 0 && /a red kite/.test(text), text);
      for (const word of named)
        assert.ok(
          tools.some((tool) => tool.name === word),
          `${preset}: ${word}`,
        );
    }
  }
});

test('where no clip can be made there is no prompt', () => {
  const tools = toolsOf('readonly');
  assert.deepEqual(listPrompts(tools), []);
  assert.throws(() => getPrompt('make_clip', GIVEN.make_clip, tools, sdk), /There is: none/);
});

test('what is left blank is left out, and what is needed is asked for', () => {
  const tools = toolsOf('produce');
  assert.match(JSON.stringify(getPrompt('make_clip', GIVEN.make_clip, tools, sdk)), /Length: the server's default/);
  assert.throws(() => getPrompt('make_clip', { idea: ' ' }, tools, sdk), /idea is missing/);
  assert.throws(() => getPrompt('constructor', {}, tools, sdk), /no prompt .*make_clip, storyboard/);
});
