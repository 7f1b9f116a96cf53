import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignToolset } from '../../lib/host/foreignToolset.ts';
import { ToolSet } from '../../lib/host/ToolSet.ts';
import { startProvider } from '../paid/provider.ts';
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

test('a job that a list shows is none of the run, and the state that it shows of one is', async () => {
  await using provider = await startProvider({ jobMs: 600_000 });
  await fetch(`${provider.baseUrl}/videos`, { method: 'POST', body: JSON.stringify({ prompt: 'Another one' }) });
  const calls = [
    { tool: 'video_create', input: { prompt: 'A boat', seconds: 4 } },
    { tool: 'video_list', input: {} },
  ];
  await using agent = await openAgent(
    async (messages) => {
      const results = messages.filter(({ role }) => role === 'tool').length;
      if (results === 1) await provider.set({ jobMs: 0 });
      return calls[results] ?? 'Listed.';
    },
    { baseUrl: provider.baseUrl },
  );
  const { jobs } = await (await agent.runtime.agents()).run('sora_agent', 'A boat');
  const { jobs: paid } = await provider.books();
  assert.deepEqual([paid.length, jobs.map(({ id, status }) => [id, status])], [2, [[paid[1]?.id, 'completed']]]);
});

for (const [what, calls, code] of [
  ['is not mended by looking at what there is', ['over', 'list'], 'over_budget'],
  ['is mended by a call that works', ['over', 'create'], undefined],
  ['is mended where it was the look that failed', ['bad list', 'list'], undefined],
  ['of a look is not mended by another one', ['bad list', 'retrieve'], 'invalid_argument'],
] as const) {
  test(`a failure ${what}`, async () => {
    await using provider = await startProvider();
    await using agent = await openAgent(
      async (messages) => {
        const call = calls[messages.filter(({ role }) => role === 'tool').length];
        if (call === 'retrieve') return { tool: 'video_character_retrieve', input: { id: 'char_0a1b2c3d4e5f' } };
        if (call === undefined) return 'That is all.';
        if (call.endsWith('list')) return { tool: 'video_list', input: call === 'list' ? {} : { limit: 'all' } };
        return { tool: 'video_create', input: { prompt: 'A boat', seconds: call === 'over' ? 12 : 4 } };
      },
      { baseUrl: provider.baseUrl, budgetSeconds: 8 },
    );
    const { failure } = await (await agent.runtime.agents()).run('sora_agent', 'A boat');
    assert.equal(failure?.code, code, failure?.message);
  });
}
