import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agent, RunContext, Runner, RunState } from '@openai/agents';
import { questionFor, refusalFor, toOpenAiAgentsTools } from '../../lib/adapters/openaiAgents.ts';
import { defineTool } from '../../lib/index.ts';
import { openRuntime, type Runtime } from '../../lib/runtime.ts';
import { MAKES_A_JOB } from '../../lib/tools/makeJob.ts';
import type { ToolContext } from '../../types/tool.ts';
import { openScriptedModel, runToEnd } from '../hosts/openaiAgentsHost.ts';
import { paidOptions } from '../hosts/place.ts';
import type { Provider } from '../paid/providerClient.ts';
import { type ChatScript, lastResult } from '../support/chatServer.ts';
import { assertNoKey } from '../support/key.ts';

const runner = new Runner({ tracingDisabled: true });
const BOAT = { prompt: 'A paper boat', seconds: 4 };
const TRAM = { prompt: 'A tin tram', seconds: 4 };

interface Place extends AsyncDisposable {
  provider: Provider;
  /** An agent with tools of their own, as another program has. */
  open(given?: Pick<ToolContext, 'approve'>): Agent;
}

/** Agents before a server that is paid, whose model says what a function says. */
async function openPlace(script: ChatScript): Promise<Place> {
  const scripted = await openScriptedModel(script);
  const paid = await paidOptions({ approveAboveUsd: 0.2 });
  const programs: Runtime[] = [];
  return {
    provider: paid.provider,
    open(given) {
      const runtime = openRuntime(paid.options);
      programs.push(runtime);
      return new Agent({ name: 'maker', model: scripted.model, tools: toOpenAiAgentsTools(runtime.tools, given) });
    },
    async [Symbol.asyncDispose]() {
      for (const program of programs) await program.close();
      await paid[Symbol.asyncDispose]();
      await scripted[Symbol.asyncDispose]();
    },
  };
}

/** Makes these calls, all in one turn, and then says what came of the last one. */
const inOneTurn =
  (...inputs: object[]): ChatScript =>
  (messages) =>
    lastResult(messages)?.summary !== undefined
      ? String(lastResult(messages)?.summary)
      : { calls: inputs.map((input) => ({ tool: 'video_create', input })) };

test('a run that waits for a person can be written down, and another program goes on with the answer', async () => {
  await using place = await openPlace(inOneTurn(BOAT));
  const { state, interruptions } = await runner.run(place.open(), 'A boat');
  assert.equal(interruptions.length, 1);
  assert.equal((await place.provider.books()).creates, 0);
  const written = state.toString();
  assertNoKey('the state of a run', written);

  const agent = place.open();
  const restored = await RunState.fromString(agent, written);
  const [interruption] = restored.getInterruptions();
  assert.ok(interruption);
  const question = await questionFor(interruption);
  assert.deepEqual(question, {
    tool: 'video_create',
    question: 'Make a clip of 4 seconds for about $0.40: "A paper boat"?',
    usd: 0.4,
  });
  restored.approve(interruption);
  const { finalOutput } = await runner.run(agent, restored);
  assert.match(String(finalOutput), /^Job video_\w+ was made/);
  assert.equal((await place.provider.books()).creates, 1);
});

test('a run that was written down with its yes, and is taken up twice, pays once', async () => {
  await using place = await openPlace((messages) => {
    const { summary } = lastResult(messages) ?? {};
    return summary === undefined ? { tool: 'video_produce', input: BOAT } : String(summary);
  });
  const { state, interruptions } = await runner.run(place.open(), 'A boat');
  const [interruption] = interruptions;
  assert.ok(interruption);
  state.approve(interruption);
  const written = state.toString();
  const outputs: unknown[] = [];
  for (let time = 0; time < 2; time++) {
    const agent = place.open();
    outputs.push((await runner.run(agent, await RunState.fromString(agent, written))).finalOutput);
  }
  const [first, again] = outputs.map((output) => /Published at (\S+\.mp4)/.exec(String(output))?.[1]);
  assert.ok(first !== undefined && again === first, outputs.join('\n'));
  assert.equal((await place.provider.books()).creates, 1);
});

test('of two calls in one turn the one that is approved is made, and the other is not', async () => {
  await using place = await openPlace(inOneTurn(BOAT, TRAM));
  const agent = place.open();
  const { state, interruptions } = await runner.run(agent, 'A boat and a tram');
  const questions = await Promise.all(interruptions.map(async (each) => (await questionFor(each))?.question ?? ''));
  assert.equal(questions.length, 2);
  for (const [index, interruption] of interruptions.entries()) {
    if (questions[index]?.includes('tram')) state.approve(interruption);
    else state.reject(interruption, refusalFor(interruption));
  }
  await runner.run(agent, state);
  const { jobs } = await place.provider.books();
  assert.deepEqual(
    jobs.map(({ prompt }) => prompt),
    ['A tin tram'],
  );
});

test('a call whose id was approved before, but with other arguments, is not made', async () => {
  const turns = [BOAT, TRAM];
  await using place = await openPlace(() => {
    const input = turns.shift();
    return input === undefined ? 'Done.' : { tool: 'video_create', input, id: 'call_again' };
  });
  const agent = place.open();
  const { state, interruptions } = await runner.run(agent, 'A boat, then a tram');
  const [interruption] = interruptions;
  assert.ok(interruption);
  state.approve(interruption);
  await assert.rejects(runner.run(agent, state), /call_again was reused/);
  const { jobs } = await place.provider.books();
  assert.deepEqual(
    jobs.map(({ prompt }) => prompt),
    ['A paper boat'],
  );
});

test('an agent that is used as a tool asks through the run above it', async () => {
  await using place = await openPlace((messages, request) => {
    const { summary } = lastResult(messages) ?? {};
    if (summary !== undefined) return String(summary);
    const isAbove = request.body.includes('"name":"make_clip"');
    return isAbove ? { tool: 'make_clip', input: { input: 'A boat' } } : { tool: 'video_create', input: BOAT };
  });
  const maker = place.open();
  const above = new Agent({
    name: 'above',
    ...(maker.model !== undefined && { model: maker.model }),
    tools: [maker.asTool({ toolName: 'make_clip', toolDescription: 'Makes a clip.' })],
  });
  const { finalOutput } = await runToEnd(above, 'A boat', { person: (question) => question.includes('$0.40') });
  assert.match(String(finalOutput), /^Job video_\w+ was made/);
  assert.equal((await place.provider.books()).creates, 1);
});

test('an approval once for all calls is no yes to a price that nobody was asked about', async () => {
  const turns = [BOAT, TRAM];
  const seen: unknown[] = [];
  await using place = await openPlace((messages) => {
    if (lastResult(messages) !== undefined) seen.push(lastResult(messages));
    const input = turns.shift();
    return input === undefined ? 'Done.' : { tool: 'video_create', input };
  });
  const agent = place.open();
  const { state, interruptions } = await runner.run(agent, 'A boat, then a tram');
  const [interruption] = interruptions;
  assert.ok(interruption);
  state.approve(interruption, { alwaysApprove: true });
  const result = await runner.run(agent, state);
  assert.equal(result.interruptions.length, 0);
  const [made, refused] = seen;
  assert.match(Object(made).summary, /was made/);
  assert.equal(Object(refused).error.code, 'not_approved');
  assert.match(Object(refused).summary, /nobody was asked about this very call and its price/);
  assert.equal((await place.provider.books()).creates, 1);
});

test('what is refused is told with what to do, and a program that says nothing of its own loses nothing', async () => {
  for (const how of ['refusalFor', 'the SDK’s own words']) {
    const seen: unknown[] = [];
    await using place = await openPlace((messages) => {
      if (messages.at(-1)?.role === 'user') return { tool: 'video_create', input: BOAT };
      seen.push(messages.at(-1)?.content);
      return 'Not made.';
    });
    const agent = place.open();
    const { state, interruptions } = await runner.run(agent, 'A boat');
    const [interruption] = interruptions;
    assert.ok(interruption);
    state.reject(interruption, how === 'refusalFor' ? refusalFor(interruption) : {});
    assert.equal((await runner.run(agent, state)).finalOutput, 'Not made.');
    assert.match(
      String(seen[0]),
      how === 'refusalFor' ? /"not_approved".*"submitted":"no".*"next_step"/ : /not approved/,
    );
    assert.equal((await place.provider.books()).creates, 0);
  }
});

test('a program that can ask during a call is asked then, and its runs are never interrupted', async () => {
  const questions: string[] = [];
  await using place = await openPlace(inOneTurn(BOAT));
  const agent = place.open({
    async approve({ question }) {
      questions.push(question);
      return true;
    },
  });
  const result = await runner.run(agent, 'A boat');
  assert.deepEqual([result.interruptions.length, questions.length], [0, 1]);
  assert.equal((await place.provider.books()).creates, 1);
});

test('a yes is used up by its call, and holds for the price that was asked about', async () => {
  let usd = 1;
  let paid = 0;
  const spend = defineTool({
    name: 'spend',
    title: 'Spend',
    description: 'Spends.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
    annotations: MAKES_A_JOB,
    async handler(_args, { approve }) {
      if (await approve?.({ tool: 'spend', question: 'Spend?', usd })) paid++;
      return { summary: 'ok', data: {} };
    },
    question: async () => ({ tool: 'spend', question: 'Spend?', usd }),
  });
  const [made] = toOpenAiAgentsTools([spend]);
  assert.ok(made);
  const agent = new Agent({ name: 'spender', tools: [made] });
  const context = new RunContext();
  const details = (callId: string) => ({
    toolCall: { type: 'function_call', name: 'spend', callId, arguments: '{}' } as const,
  });
  const ask = async (callId: string) => {
    assert.equal(await made.needsApproval(context, {}, callId), true);
    const { RunToolApprovalItem } = await import('@openai/agents');
    context.approveTool(new RunToolApprovalItem(details(callId).toolCall, agent));
  };
  const call = async (callId: string) => {
    await made.invoke(context, '{}', details(callId));
    return paid;
  };
  assert.equal(await call('never asked'), 0);
  await ask('one');
  assert.equal(await call('two'), 0, 'another call');
  assert.equal(await call('one'), 1);
  assert.equal(await call('one'), 1, 'once');
  await ask('three');
  usd = 10;
  assert.equal(await call('three'), 1, 'another price');
});
