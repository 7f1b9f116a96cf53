import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { AgentEvent } from '../../types/agent.ts';
import { type ChatScript, lastResult, obedient } from '../support/chatServer.ts';
import { assertNoKey, KEY } from '../support/key.ts';
import { openStudio, testEngine, untilStopped } from '../support/studio.ts';
import { openAgent } from './support.ts';

const CREATE = { tool: 'video_create', input: { prompt: 'A paper boat', seconds: 4, size: '1280x720' } };

async function sessionTexts(folder: string): Promise<string[]> {
  const sessions = path.join(folder, 'state', 'sessions');
  return Promise.all((await readdir(sessions)).map((name) => readFile(path.join(sessions, name), 'utf8')));
}

for (const stream of [true, false]) {
  test(`a model makes, waits for, downloads and publishes a clip with the embedded studio (${stream ? 'streaming' : 'whole answers'})`, async () => {
    await using agent = await openAgent(obedient(CREATE));
    const events: AgentEvent[] = [];
    const launcher = await agent.runtime.agents();
    const result = await launcher.run('sora_agent', 'A paper boat', { stream, onEvent: (event) => events.push(event) });

    assert.equal(result.error, undefined, result.error?.message);
    assert.equal(result.text, 'All done.');
    assert.equal(result.model, 'openai-compatible/scripted');
    assert.deepEqual(
      result.tool_calls.map(({ name, ok }) => `${name} ${ok}`),
      ['video_create true', 'video_wait true', 'video_download true', 'cdn_upload true'],
    );
    assert.equal(result.jobs.length, 1);
    assert.equal(result.jobs[0]?.status, 'completed');
    assert.equal(result.files[0]?.sha256, result.published[0]?.sha256);
    const said = events.flatMap((event) => (event.type === 'text' ? [event.text] : []));
    assert.equal(said.join(''), 'All done.');
    assert.equal(said.length > 1, stream);
    const asked: { stream?: boolean; tools: unknown[] } = JSON.parse(agent.chat.received[0]?.body.toString() ?? '');
    assert.equal(asked.stream === true, stream);
    assert.equal(asked.tools.length, 14);
    assert.equal(agent.chat.received[0]?.headers.authorization, `Bearer ${KEY}`);
  });

  const how = stream ? 'streaming' : 'whole answers';

  test(`a model that calls a tool that is not there is told so and goes on (${how})`, async () => {
    await using studio = await openStudio();
    const script: ChatScript = (messages) =>
      lastResult(messages) === undefined ? { tool: 'make_coffee', input: {} } : 'I have no such tool.';
    await using agent = await openAgent(script, { baseUrl: studio.baseUrl });
    const result = await (await agent.runtime.agents()).run('sora_agent', 'Coffee', { stream });
    assert.equal(result.error, undefined);
    assert.equal(result.text, 'I have no such tool.');
    assert.deepEqual(result.tool_calls, [{ name: 'make_coffee', ok: false, ms: 0 }]);
    assert.equal(result.failure?.code, 'unknown_tool');
  });

  test(`a model that corrects such a call has not failed (${how})`, async () => {
    await using studio = await openStudio();
    const script: ChatScript = (messages) => {
      const results = messages.filter(({ role }) => role === 'tool').length;
      if (results === 0) return { tool: 'make_coffee', input: {} };
      if (results === 1) return { tool: 'video_list', json: '{"limit": ' };
      return results === 2 ? { tool: 'video_list', input: {} } : 'Listed.';
    };
    await using agent = await openAgent(script, { baseUrl: studio.baseUrl });
    const result = await (await agent.runtime.agents()).run('sora_agent', 'List them', { stream });
    assert.equal(result.text, 'Listed.');
    assert.equal(result.tool_calls.length, 3);
    assert.equal(result.failure, undefined);
  });

  for (const finish of ['length', 'content_filter'] as const) {
    test(`an answer that ends in its midst is no answer: ${finish} (${how})`, async () => {
      await using agent = await openAgent(() => ({ text: 'I will make', finish }));
      const result = await (await agent.runtime.agents()).run('sora_agent', 'A boat', { stream });
      assert.equal(result.text, 'I will make');
      assert.equal(result.error?.code, 'model_failed');
      assert.match(result.error?.message ?? '', new RegExp(finish.replace('_', '-')));
    });
  }

  test(`a model that writes broken arguments makes no job, and is told so (${how})`, async () => {
    await using studio = await openStudio();
    const script: ChatScript = (messages) =>
      lastResult(messages) === undefined ? { tool: 'video_create', json: '{"prompt": "A boat' } : 'I give up.';
    await using agent = await openAgent(script, { baseUrl: studio.baseUrl });
    const result = await (await agent.runtime.agents()).run('sora_agent', 'A boat', { stream });
    assert.equal(result.error, undefined, result.error?.message);
    assert.equal(result.text, 'I give up.');
    assert.deepEqual(
      result.tool_calls.map(({ name, ok }) => ({ name, ok })),
      [{ name: 'video_create', ok: false }],
    );
    assert.equal(result.failure?.code, 'invalid_argument');
    assert.deepEqual((await agent.runtime.toolset.call('video_list', {})).data.jobs, []);
  });

  test(`a model that never stops is stopped, with its calls reported (${how})`, async () => {
    await using studio = await openStudio();
    await using agent = await openAgent(() => ({ tool: 'video_list', input: {} }), { baseUrl: studio.baseUrl });
    const result = await (await agent.runtime.agents()).run('sora_agent', 'List for ever', { stream });
    assert.equal(result.error?.code, 'step_limit');
    assert.equal(result.tool_calls.length, 60);
    assert.match(result.error?.next_step ?? '', /video_list/);
  });

  test(`a model that refuses the key shows it nowhere (${how})`, async (context) => {
    const printed = context.mock.method(console, 'error', () => undefined);
    const script: ChatScript = () => ({ status: 401, message: `Incorrect API key provided: ${KEY}.` });
    await using agent = await openAgent(script);
    const result = await (await agent.runtime.agents()).run('sora_agent', 'A boat', { stream });

    assert.equal(result.error?.code, 'model_failed');
    assert.match(result.error?.message ?? '', /Incorrect API key provided/);
    assert.match(result.error?.next_step ?? '', /AGENT_MODEL/);
    assert.equal(agent.chat.received.length, 1);
    assertNoKey('the result', result);
    assert.equal(printed.mock.callCount(), 0, 'the SDK printed the error by itself');
  });

  test(`stopping in the middle of a wait keeps the job, which a resumed session goes on with (${how})`, async () => {
    await using studio = await openStudio({ engine: testEngine(untilStopped) });
    await using agent = await openAgent(obedient(CREATE), { baseUrl: studio.baseUrl });
    const launcher = await agent.runtime.agents();
    const abort = new AbortController();
    const result = await launcher.run('sora_agent', 'A boat', {
      stream,
      signal: abort.signal,
      onEvent: ({ type }) => type === 'tool-progress' && abort.abort(),
    });
    assert.equal(result.error?.code, 'aborted');
    const id = result.jobs[0]?.id ?? '-';
    assert.match(
      (await agent.runtime.toolset.call('video_retrieve', { id })).data.jobs?.[0]?.status ?? '',
      /queue|progress/,
    );

    const session = await (await agent.runtime.sessions()).load(result.session);
    const seen: string[] = [];
    await using second = await openAgent(
      (messages) => {
        seen.push(JSON.stringify(messages));
        return 'I see the job.';
      },
      { baseUrl: studio.baseUrl },
    );
    const resumed = await (await second.runtime.agents()).run('sora_agent', 'go on', { stream, session });
    assert.equal(resumed.text, 'I see the job.', resumed.error?.message);
    assert.equal(resumed.session, result.session);
    assert.ok(seen[0]?.includes(id) && seen[0]?.includes('go on'));
  });
}

test('a model that breaks down after the job was made loses no job', async (context) => {
  const printed = context.mock.method(console, 'error', () => undefined);
  const breakdowns = [{ status: 500, message: 'out of memory' }, 'close the connection'] as const;
  const cases = breakdowns.flatMap((turn) => [true, false].map((stream) => ({ turn, stream })));
  // Together, because the SDK tries each of them three times over six seconds.
  const check = async ({ turn, stream }: (typeof cases)[number]) => {
    await using studio = await openStudio();
    const script: ChatScript = (messages) => (lastResult(messages) === undefined ? CREATE : turn);
    await using agent = await openAgent(script, { baseUrl: studio.baseUrl });
    const result = await (await agent.runtime.agents()).run('sora_agent', 'A boat', { stream });
    assert.equal(result.error?.code, 'model_failed');
    assert.equal(result.jobs.length, 1);
    assert.ok((await sessionTexts(agent.folder))[0]?.includes(result.jobs[0]?.id ?? '-'));
  };
  await Promise.all(cases.map(check));
  assert.equal(printed.mock.callCount(), 0, 'the SDK printed the error by itself');
});

test('a planner hands a clip off and gets back what was published', async () => {
  await using studio = await openStudio();
  const follow = obedient(CREATE, 'The clip is published.');
  const script: ChatScript = (messages, request) => {
    const { tools }: { tools: { function: { name: string } }[] } = JSON.parse(request.body.toString());
    if (!tools.some((tool) => tool.function.name === 'hand_off_sora_agent')) return follow(messages, request);
    return lastResult(messages) ? 'Both done.' : { tool: 'hand_off_sora_agent', input: { task: 'A paper boat' } };
  };
  await using agent = await openAgent(script, { baseUrl: studio.baseUrl });
  const result = await (await agent.runtime.agents()).run('planner_agent', 'A paper boat');
  assert.equal(result.error, undefined, result.error?.message);
  assert.equal(result.text, 'Both done.');
  assert.deepEqual(
    result.tool_calls.map(({ name, ok }) => ({ name, ok })),
    [{ name: 'hand_off_sora_agent', ok: true }],
  );
  assert.equal(result.published.length, 1);
  assert.equal(result.jobs[0]?.status, 'completed');
});

test('the session is saved before every turn of the model', async () => {
  const saved: number[] = [];
  await using studio = await openStudio();
  const follow = obedient(CREATE);
  const folders: string[] = [];
  await using agent = await openAgent(
    async (messages, request) => {
      const [text = '{}'] = await sessionTexts(folders[0] ?? '');
      const session: { messages: unknown[] } = JSON.parse(text);
      saved.push(session.messages.length);
      return follow(messages, request);
    },
    { baseUrl: studio.baseUrl },
  );
  folders.push(agent.folder);
  await (await agent.runtime.agents()).run('sora_agent', 'A boat');
  assert.deepEqual(saved, [1, 3, 5, 7, 9]);
});

test('a prompt that names a tool that is not there, or no prompt at all, is a mistake of the caller', async () => {
  await using agent = await openAgent(() => 'never asked');
  const { AgentLauncher } = await import('../../lib/host/AgentLauncher.ts');
  const { createOfflineModel } = await import('../../lib/host/offline/offlineModel.ts');
  const launcher = new AgentLauncher({
    toolset: agent.runtime.toolset,
    sessions: await agent.runtime.sessions(),
    model: createOfflineModel(),
    agentFolders: [agent.folder],
  });
  const prompt = '---\nname: cook\ndescription: Cooks.\ntools: [make_coffee]\nmax_steps: 3\n---\nCook.\n';
  await writeFile(path.join(agent.folder, 'cook.prompt.md'), prompt);
  await assert.rejects(launcher.run('cook', 'Coffee'), { code: 'unknown_tool' });
  await assert.rejects(launcher.run('../nobody', 'Coffee'), { code: 'file_not_found' });
});
