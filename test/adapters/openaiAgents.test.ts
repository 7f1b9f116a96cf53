import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Agent, RunContext, Runner } from '@openai/agents';
import {
  type OpenAiAgentsOptions,
  questionFor,
  refusalFor,
  toOpenAiAgentsTools,
} from '../../lib/adapters/openaiAgents.ts';
import { createVideoToolset, defineTool } from '../../lib/index.ts';
import { MAKES_A_JOB } from '../../lib/tools/makeJob.ts';
import { READS } from '../../lib/tools/tool.ts';
import type { Tool, ToolAnnotations, ToolContext, ToolResult } from '../../types/tool.ts';
import { openScriptedModel, runToEnd } from '../hosts/openaiAgentsHost.ts';
import { type ChatScript, puppet } from '../support/chatServer.ts';

function toolOf(handler: (context: ToolContext) => Promise<ToolResult>, annotations: ToolAnnotations = READS): Tool {
  return defineTool({
    name: 'look',
    title: 'Look',
    description: 'Looks.',
    parameters: {
      type: 'object',
      properties: { where: { type: 'string', description: 'Where to.' } },
      required: [],
      additionalProperties: false,
    },
    annotations,
    handler: (_args, context) => handler(context),
  });
}

/** An agent whose model makes the call in the user's message, and repeats what it was told. */
async function openPuppet(tools: readonly Tool[], options?: OpenAiAgentsOptions, script: ChatScript = puppet) {
  const scripted = await openScriptedModel(script);
  const agent = new Agent({ name: 'puppet', model: scripted.model, tools: toOpenAiAgentsTools(tools, options) });
  return { ...scripted, agent };
}

const LOOK = JSON.stringify({ tool: 'look', input: {} });

const untilAborted = toolOf(async ({ signal }) => {
  assert.ok(signal);
  if (!signal.aborted) await once(signal, 'abort');
  return { summary: 'It was left alone.', data: { next_step: 'Go on later.' } };
}, MAKES_A_JOB);

test('a call gets its session and its limit from the options, and nothing else', async () => {
  const tells = toolOf(async ({ signal: _signal, approve: _approve, ...given }) => ({
    summary: 'ok',
    data: { given },
  }));
  for (const [options, given] of [
    [{}, {}],
    [{ session: 's' }, { session: 's' }],
    [{ timeoutMs: 10_000 }, { waitLimitMs: 8_000 }],
    [{ timeoutMs: 10_000, waitLimitMs: 500 }, { waitLimitMs: 500 }],
  ]) {
    await using place = await openPuppet([tells], options);
    const { finalOutput } = await runToEnd(place.agent, LOOK);
    assert.deepEqual(JSON.parse(finalOutput ?? '').given, given);
  }
});

test('a strict model sends null for what it leaves out, and a call without them runs', async () => {
  const [shown] = toOpenAiAgentsTools([untilAborted]);
  assert.deepEqual([shown?.strict, shown?.parameters.required], [true, ['where']]);
  await using place = await openPuppet([toolOf(async () => ({ summary: 'Looked.', data: {} }))]);
  const { finalOutput } = await runToEnd(place.agent, JSON.stringify({ tool: 'look', input: { where: null } }));
  assert.equal(finalOutput, '{"summary":"Looked."}');
});

test('an agent with a context of its own takes them as they are', async () => {
  await using scripted = await openScriptedModel(puppet);
  const look = toolOf(async () => ({ summary: 'Looked.', data: {} }));
  const agent = new Agent<{ user: string }>({
    ...{ name: 'puppet', model: scripted.model },
    tools: toOpenAiAgentsTools([look]),
  });
  const runner = new Runner({ tracingDisabled: true });
  const { finalOutput } = await runner.run(agent, LOOK, { context: { user: 'dave' } });
  assert.equal(finalOutput, '{"summary":"Looked."}');
});

test('a run can be streamed', async () => {
  await using place = await openPuppet([toolOf(async () => ({ summary: 'Looked.', data: {} }))]);
  const stream = await new Runner({ tracingDisabled: true }).run(place.agent, LOOK, { stream: true });
  await stream.completed;
  assert.equal(stream.finalOutput?.trim(), '{"summary":"Looked."}');
});

for (const [who, options, ofRun] of [
  ['the run', {}, true],
  ['the toolset', undefined, false],
] as const) {
  test(`the signal of ${who} reaches a call`, async () => {
    const stop = new AbortController();
    let isOver = false;
    const tool = toolOf(async ({ signal }) => {
      assert.ok(signal);
      const aborted = once(signal, 'abort');
      stop.abort('by a key');
      await aborted;
      isOver = true;
      return { summary: 'Stopped.', data: {} };
    });
    await using place = await openPuppet([tool], options ?? { signal: stop.signal });
    const run = runToEnd(place.agent, LOOK, ofRun ? { signal: stop.signal } : {});
    if (ofRun) await assert.rejects(run);
    else assert.equal((await run).finalOutput, '{"summary":"Stopped."}');
    assert.equal(isOver, true);
  });
}

test('a call that is given up tells where its job stands, in its own last words', async () => {
  await using place = await openPuppet([untilAborted], { timeoutMs: 50 });
  const { finalOutput } = await runToEnd(place.agent, LOOK);
  assert.equal(finalOutput, '{"summary":"It was left alone.","next_step":"Go on later."}');
});

test('a call that says nothing when it is given up invites no second payment', async () => {
  const silent = Promise.withResolvers<ToolResult>();
  const cases = [
    [MAKES_A_JOB, 'outcome_unknown', 'unknown', /same call again.*not paid for twice/],
    [READS, 'aborted', 'no', /same call again/],
  ] as const;
  const check = async ([annotations, code, submitted, next]: (typeof cases)[number]) => {
    await using place = await openPuppet([toolOf(() => silent.promise, annotations)], { timeoutMs: 50 });
    const { finalOutput } = await runToEnd(place.agent, LOOK);
    const { summary, error } = JSON.parse(finalOutput ?? '');
    assert.match(summary, /^look was given up after 50 ms/);
    assert.deepEqual([error.code, error.submitted], [code, submitted]);
    assert.match(error.next_step, next);
  };
  // Together, because each is given some seconds for its last words.
  await Promise.all(cases.map(check));
  silent.resolve({ summary: 'too late', data: {} });
});

test('arguments that are no JSON reach no tool, and the words for it are plain', async () => {
  let calls = 0;
  const counts = toolOf(async () => ({ summary: `${++calls}`, data: {} }));
  const script: ChatScript = (messages) =>
    messages.at(-1)?.role === 'tool' ? String(messages.at(-1)?.content) : { tool: 'look', json: '{"where": "he' };
  await using place = await openPuppet([counts], {}, script);
  assert.match(String((await runToEnd(place.agent, 'Look')).finalOutput), /valid JSON/);
  const [made] = toOpenAiAgentsTools([counts]);
  const told = JSON.parse(String(await made?.invoke(new RunContext(), '{"where": "he')));
  assert.deepEqual([told.error.code, told.error.submitted, calls], ['invalid_argument', 'no', 0]);
});

test('a tool that may ask never has broken arguments run, whatever is answered', async () => {
  const create = createVideoToolset({ baseUrl: 'http://127.0.0.1:9', tools: ['video_create'] });
  for (const isWilling of [true, false]) {
    const script: ChatScript = (messages) =>
      messages.at(-1)?.role === 'tool'
        ? String(messages.at(-1)?.content)
        : { tool: 'video_create', json: '{"prompt": "A bo' };
    await using place = await openPuppet(create, {}, script);
    const runner = new Runner({ tracingDisabled: true });
    const { state, interruptions } = await runner.run(place.agent, 'A boat');
    const [interruption, ...more] = interruptions;
    assert.ok(interruption && more.length === 0);
    assert.equal(await questionFor(interruption), undefined);
    if (isWilling) state.approve(interruption);
    else state.reject(interruption, refusalFor(interruption));
    const { finalOutput } = await runner.run(place.agent, state);
    // What broken arguments were is kept from the model by the SDK, with whatever is said to a refusal.
    assert.match(String(finalOutput), isWilling ? /valid JSON/ : /not approved/);
  }
});
