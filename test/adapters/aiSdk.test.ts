import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asSchema,
  convertToModelMessages,
  type ModelMessage,
  readUIMessageStream,
  streamText,
  ToolLoopAgent,
  type ToolSet,
  toUIMessageStream,
  type UIMessage,
} from 'ai';
import { withProgress } from '../../lib/adapters/aiSdk/progress.ts';
import { toAiSdkTools } from '../../lib/adapters/aiSdk.ts';
import { strictParameters } from '../../lib/tools/strict.ts';
import type { Tool, ToolResult } from '../../types/tool.ts';
import { openScriptedModel, runToEnd } from '../hosts/aiSdkHost.ts';
import { startProvider } from '../paid/provider.ts';
import { puppet } from '../support/chatServer.ts';
import { answerJson, listen } from '../support/server.ts';
import { openTools } from '../tools/support.ts';

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** Executes a tool as the SDK does, and returns all that it yields. */
async function outputsOf(tools: ToolSet, name: string, input: unknown, signal?: AbortSignal): Promise<ToolResult[]> {
  const tool = tools[name];
  assert.ok(tool?.execute);
  const messages: ModelMessage[] = [];
  const options = { toolCallId: 'call_1', messages, context: undefined, ...(signal && { abortSignal: signal }) };
  return await all(tool.execute(input, options));
}

test('each tool is mapped by its name, with its words and its schema, and what may ask says when', async () => {
  await using tools = await openTools({ baseUrl: 'http://127.0.0.1:9' });
  const mapped = toAiSdkTools(tools.tools);
  assert.deepEqual(
    Object.keys(mapped.tools),
    tools.tools.map(({ name }) => name),
  );
  for (const { name, title, description, parameters } of tools.tools) {
    const tool = mapped.tools[name];
    assert.deepEqual(
      [tool?.type, tool?.title, tool?.description, tool?.strict],
      ['dynamic', title, description, false],
    );
    assert.deepEqual(await asSchema(tool?.inputSchema).jsonSchema, parameters);
  }
  const asking = tools.tools.filter(({ annotations }) => annotations.costsMoney || annotations.destructiveHint);
  assert.deepEqual(
    Object.keys(mapped.toolApproval),
    asking.map(({ name }) => name),
  );
});

test('in strict mode the schema is that of strict servers, and every argument may be left out as null', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const mapped = toAiSdkTools(tools.tools, { strict: true });
  const parameters = tools.tools.find(({ name }) => name === 'video_create')?.parameters;
  assert.ok(parameters);
  const tool = mapped.tools.video_create;
  assert.equal(tool?.strict, true);
  assert.deepEqual(await asSchema(tool?.inputSchema).jsonSchema, strictParameters(parameters));
  const names = Object.keys(parameters.properties).map((name) => [name, null]);
  const [made] = await outputsOf(mapped.tools, 'video_create', { ...Object.fromEntries(names), prompt: 'A boat' });
  assert.match(made?.summary ?? '', /^Job \w+ was made/);
});

test('the model is told the summary first, then the data, and nothing of the way there', async () => {
  await using provider = await startProvider({ jobMs: 300 });
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  await using scripted = await openScriptedModel(puppet);
  const agent = new ToolLoopAgent({ model: scripted.model, ...toAiSdkTools(tools.tools) });
  const call = { tool: 'video_produce', input: { prompt: 'A boat', seconds: 4 } };
  const { text, messages } = await runToEnd(agent, JSON.stringify(call));
  assert.match(text, /^\{"summary":"Published at file:[^"]*","published":\[\{/);
  assert.equal(messages.filter(({ role }) => role === 'tool').length, 1);
  assert.doesNotMatch(JSON.stringify(messages), /"phase"/);
});

test('a conversation that was kept in the midst of a call tells the model so, and not the progress as a result', async () => {
  await using provider = await startProvider({ jobMs: 600_000 });
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  await using scripted = await openScriptedModel(puppet);
  const mapped = toAiSdkTools(tools.tools);
  const prompt = JSON.stringify({ tool: 'video_produce', input: { prompt: 'A boat', seconds: 4 } });
  const stop = new AbortController();
  const { stream } = streamText({ model: scripted.model, prompt, ...mapped, abortSignal: stop.signal });
  let kept: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream: toUIMessageStream({ stream }) })) {
    kept = message;
    if (JSON.stringify(message).includes('"preliminary":true')) stop.abort();
  }
  assert.ok(kept);
  const told = JSON.stringify(await convertToModelMessages([kept], { tools: mapped.tools }));
  assert.match(told, /The call was broken off at: waiting video_\w+/);
  assert.match(told, /"next_step":"See how it stands before/);
});

test('an error is told as one, with what to do', async () => {
  await using tools = await openTools({ baseUrl: 'http://127.0.0.1:9' });
  const { tools: mapped } = toAiSdkTools(tools.tools);
  const outputs = await outputsOf(mapped, 'video_create', { prompt: 7, colour: 'red' });
  assert.equal(outputs.length, 1);
  const told = await mapped.video_create?.toModelOutput?.({ toolCallId: 'call_1', input: {}, output: outputs[0] });
  assert.equal(told?.type, 'error-json');
  assert.match(JSON.stringify(told), /"code":"invalid_argument".*"next_step":"Correct the arguments/);
});

test('progress is shown a few times a second, and the last output is the result', async () => {
  const reports = 5_000;
  const result: ToolResult = { summary: 'Done.', data: {} };
  const outputs = await all(
    withProgress(async (progress) => {
      for (let count = 1; count <= reports; count++) {
        progress({ phase: 'downloading', job_id: 'v', percent: (100 * count) / reports });
        if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      return result;
    }),
  );
  assert.deepEqual(outputs.at(-1), result);
  assert.match(outputs[0]?.summary ?? '', /^downloading v \d+ %$/);
  assert.ok(outputs.length >= 2 && outputs.length < reports / 50, `${outputs.length} outputs`);
});

test('the newest report is shown, and one that never ends is waited for', async () => {
  const gate = Promise.withResolvers<void>();
  const outputs = withProgress(async (progress) => {
    progress({ phase: 'waiting', status: 'queued' });
    progress({ phase: 'waiting', status: 'in_progress', percent: 20 });
    await gate.promise;
    return { summary: 'Done.', data: {} };
  });
  assert.deepEqual((await outputs.next()).value, {
    summary: 'waiting in_progress 20 %',
    data: { progress: { phase: 'waiting', status: 'in_progress', percent: 20 } },
  });
  gate.resolve();
  assert.equal(Object((await outputs.next()).value).summary, 'Done.');
  assert.equal((await outputs.next()).done, true);
});

test('an aborted call ends its waiting and says where the job stands, whatever the reason; the job is left alone', async () => {
  for (const reason of [undefined, 'the user left', new Error('the page was closed')]) {
    const stop = new AbortController();
    await using server = await listen((request, response) => {
      if (request.method === 'GET') stop.abort(reason);
      answerJson(response, { id: 'video_1', status: 'in_progress' });
    });
    await using tools = await openTools({ baseUrl: server.baseUrl });
    const { tools: mapped } = toAiSdkTools(tools.tools);
    const outputs = await outputsOf(mapped, 'video_produce', { prompt: 'A boat' }, stop.signal);
    const { error } = outputs.at(-1)?.data ?? {};
    assert.deepEqual([error?.code, error?.job_id, error?.submitted], ['aborted', 'video_1', 'yes']);
    assert.ok(server.received.every(({ method }) => method !== 'DELETE'));
  }
});

test('a call waits no longer than it is told to, and goes on with the next one', async () => {
  await using provider = await startProvider({ jobMs: 600_000 });
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const { tools: mapped } = toAiSdkTools(tools.tools, { waitLimitMs: 50 });
  const input = { prompt: 'A boat', seconds: 4 };
  const last = (await outputsOf(mapped, 'video_produce', input)).at(-1);
  assert.match(last?.data.next_step ?? '', /^Call video_produce with \{"key":"clip-/);
  await provider.set({ jobMs: 0 });
  const published = (await outputsOf(toAiSdkTools(tools.tools).tools, 'video_produce', input)).at(-1);
  assert.equal(published?.data.published?.length, 1);
  assert.equal((await provider.books()).creates, 1);
});

test('within a session the same call finds its clip, and in another it makes its own', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  const input = { prompt: 'A boat', seconds: 4 };
  const produce = async (session: string) =>
    (await outputsOf(toAiSdkTools(tools.tools, { session }).tools, 'video_produce', input)).at(-1)?.data.jobs?.[0]?.id;
  const [first, again, other] = [await produce('a'), await produce('a'), await produce('b')];
  assert.equal(again, first);
  assert.notEqual(other, first);
  assert.equal((await provider.books()).creates, 2);
});

test('what is not a tool of ours is mapped all the same', async () => {
  const clock: Tool = {
    name: 'clock',
    title: 'Clock',
    description: 'Tells the time.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
      costsMoney: false,
    },
    run: async () => {
      throw new Error('it stands still');
    },
  };
  const { tools, toolApproval } = toAiSdkTools([clock]);
  assert.deepEqual(toolApproval, {});
  const [output] = await outputsOf(tools, 'clock', {});
  assert.deepEqual([output?.isError, output?.data.error?.code], [true, 'internal']);
});
