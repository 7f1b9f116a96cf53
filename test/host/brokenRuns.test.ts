import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { startProvider } from '../paid/provider.ts';
import { obedient } from '../support/chatServer.ts';
import { listen } from '../support/server.ts';
import { openAgent } from './support.ts';

const CREATE = { tool: 'video_create', input: { prompt: 'A paper boat', seconds: 4, size: '1280x720' } };

describe('where the session cannot be saved', () => {
  /** Puts a file in the place of its folder. */
  const block = (folder: string): void => {
    const sessions = path.join(folder, 'state', 'sessions');
    renameSync(sessions, path.join(folder, 'kept'));
    writeFileSync(sessions, '');
  };

  test('no call is made, and the reason is told, without a path', async () => {
    await using provider = await startProvider();
    const folders: string[] = [];
    await using agent = await openAgent(
      () => {
        block(folders[0] ?? '');
        return CREATE;
      },
      { baseUrl: provider.baseUrl },
    );
    folders.push(agent.folder);
    const { error } = await (await agent.runtime.agents()).run('sora_agent', 'A boat');
    assert.equal(error?.code, 'storage_failed');
    assert.match(error?.message ?? '', /The session \S+ could not be saved/);
    assert.doesNotMatch(JSON.stringify(error), /\/state/);
    assert.deepEqual((await provider.books()).jobs, []);
  });

  test('a call that was made is told of all the same', async () => {
    await using provider = await startProvider();
    await using agent = await openAgent(obedient(CREATE), { baseUrl: provider.baseUrl });
    const launcher = await agent.runtime.agents();
    const session = (await agent.runtime.sessions()).start('sora_agent');
    const result = await launcher.run('sora_agent', 'A boat', {
      session,
      onEvent: ({ type }) => type === 'tool-start' && block(agent.folder),
    });
    assert.equal(result.error?.code, 'storage_failed');
    assert.deepEqual([result.jobs.length, (await provider.books()).jobs.length], [1, 1]);
    assert.deepEqual(
      result.tool_calls.map(({ name, ok }) => `${name} ${ok}`),
      ['video_create true'],
    );
    assert.match(JSON.stringify(session.messages), new RegExp(result.jobs[0]?.id ?? '-'));
  });
});

for (const [finish, stream] of [
  ['length', true],
  ['length', false],
  ['eos', true],
  ['eos', false],
] as const) {
  test(`a call that the SDK does not make leaves a session that can be gone on with (${finish}, ${stream ? 'streaming' : 'whole answers'})`, async () => {
    await using provider = await startProvider();
    await using agent = await openAgent(
      (messages) => (messages.length === 2 ? { ...CREATE, finish } : 'I am here again.'),
      { baseUrl: provider.baseUrl },
    );
    const launcher = await agent.runtime.agents();
    const { error, session: id } = await launcher.run('sora_agent', 'A boat', { stream });
    assert.equal(error?.code, 'model_failed');
    assert.match(error?.message ?? '', finish === 'length' ? /length/ : /other/);
    assert.deepEqual((await provider.books()).jobs, []);

    const session = await (await agent.runtime.sessions()).load(id);
    const resumed = await launcher.run('sora_agent', 'Go on', { stream, session });
    assert.equal(resumed.text, 'I am here again.', resumed.error?.message);
  });
}

for (const stream of [true, false]) {
  test(`a model that says nothing, and does nothing, has not answered (${stream ? 'streaming' : 'whole answers'})`, async () => {
    await using agent = await openAgent((messages) => (messages.length === 2 ? '' : 'I am here again.'));
    const launcher = await agent.runtime.agents();
    const { error, session: id } = await launcher.run('sora_agent', 'A boat', { stream });
    assert.deepEqual([error?.code, error?.submitted, error?.retryable], ['model_failed', 'no', true]);
    assert.match(error?.message ?? '', /said nothing/);

    const session = await (await agent.runtime.sessions()).load(id);
    const resumed = await launcher.run('sora_agent', 'Go on', { stream, session });
    assert.equal(resumed.text, 'I am here again.', resumed.error?.message);
  });
}

test('a model whose connection breaks in the midst of a call makes no job, and the reason is told', async () => {
  await using provider = await startProvider();
  await using server = await listen((_request, response) => {
    const { tool, input } = CREATE;
    const call = { index: 0, id: '1', type: 'function', function: { name: tool, arguments: JSON.stringify(input) } };
    const choices = [{ index: 0, delta: { role: 'assistant', tool_calls: [call] }, finish_reason: null }];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify({ id: '1', created: 1, model: 'scripted', choices })}\n\n`, () =>
      response.destroy(),
    );
  });
  await using agent = await openAgent(() => '', { baseUrl: provider.baseUrl, agentBaseUrl: server.baseUrl });
  const { error, jobs } = await (await agent.runtime.agents()).run('sora_agent', 'A boat');
  assert.match(error?.message ?? '', /^The agent's model could not be used: .+: other side closed$/);
  assert.deepEqual([jobs, (await provider.books()).creates], [[], 0]);
});
