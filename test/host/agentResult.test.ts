import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignToolset } from '../../lib/host/foreignToolset.ts';
import { ToolSet } from '../../lib/host/ToolSet.ts';
import { lastResult } from '../support/chatServer.ts';
import { openAgent } from './support.ts';

test('a tool of another module may mean something else by files, jobs and error', async () => {
  const parameters = { type: 'object' };
  const data = { files: ['a.txt'], jobs: 3, published: [{ url: 'https://clips.example/a.mp4' }, null], error: 'none' };
  const count = { name: 'count', description: 'Counts.', parameters, run: async () => ({ summary: 'Counted.', data }) };
  await using agent = await openAgent((messages) => {
    const result = lastResult(messages);
    return result === undefined ? { tool: 'count', input: {} } : `It said ${JSON.stringify(result)}`;
  });
  const launcher = await agent.runtime.agents({ toolset: new ToolSet().merge(foreignToolset([count])) });
  const { text, tool_calls, files, jobs, published, failure } = await launcher.run('sora_agent', 'Count');
  assert.equal(text, `It said ${JSON.stringify({ summary: 'Counted.', ...data })}`);
  assert.deepEqual(
    tool_calls.map(({ name, ok }) => [name, ok]),
    [['count', true]],
  );
  assert.deepEqual([files, jobs, published, failure], [[], [], [data.published[0]], undefined]);
});
