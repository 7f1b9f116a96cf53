import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Agent, type InputGuardrail, type Model } from '@openai/agents';
import { createSoraAgent } from '../../lib/adapters/openaiAgents.ts';
import { loadPrompt } from '../../lib/host/prompt.ts';
import { openScriptedModel, runToEnd } from '../hosts/openaiAgentsHost.ts';
import { paidOptions } from '../hosts/place.ts';
import { type ChatScript, lastResult } from '../support/chatServer.ts';

const PROMPT = new URL('../../agents/sora_agent.prompt.md', import.meta.url);
const CLIP = { prompt: 'A paper boat', seconds: 4 };

/** The first agent hands off; the one that has the tool makes the clip; it ends with what it was told. */
const handsOff: ChatScript = (messages, request) => {
  const { tools = [] }: { tools?: { function: { name: string } }[] } = JSON.parse(request.body.toString());
  const names = tools.map((tool) => tool.function.name);
  if (names.includes('transfer_to_sora_agent')) return { tool: 'transfer_to_sora_agent', input: {} };
  const told = lastResult(messages);
  return told?.assistant === 'sora_agent' ? { tool: 'video_produce', input: CLIP } : String(told?.summary);
};

function triage(agent: Agent, model: Model, inputGuardrails: InputGuardrail[] = []): Agent {
  return new Agent({ name: 'triage', instructions: 'Hand clips off.', model, handoffs: [agent], inputGuardrails });
}

test('the agent is that of the prompt file: its name, its words, its tools', async () => {
  const { name, description, instructions, tools } = await loadPrompt(fileURLToPath(PROMPT));
  const agent = await createSoraAgent({ model: 'some-model' });
  assert.deepEqual(
    [agent.name, agent.handoffDescription, agent.instructions, agent.model],
    [name, description, instructions, 'some-model'],
  );
  assert.deepEqual(agent.tools.map((tool) => tool.name).sort(), tools.toSorted());
});

test('another agent hands a clip off to it, and it is published', async () => {
  await using place = await paidOptions();
  await using scripted = await openScriptedModel(handsOff);
  const { model } = scripted;
  const agent = await createSoraAgent({ toolset: place.options, model });
  const { finalOutput, lastAgent } = await runToEnd(triage(agent, model), 'A paper boat, please');
  assert.match(String(finalOutput), /^Published at file:\/\//);
  assert.equal(lastAgent?.name, 'sora_agent');
  assert.equal((await place.provider.books()).creates, 1);
});

test('what guards the first agent does not see the second, so that the tool itself holds the budget', async () => {
  await using place = await paidOptions({ budgetSeconds: 2 });
  await using scripted = await openScriptedModel(handsOff);
  const { model } = scripted;
  const guarded: string[] = [];
  const guard = {
    name: 'sees every first request',
    async execute({ agent }: { agent: { name: string } }) {
      guarded.push(agent.name);
      return { tripwireTriggered: false, outputInfo: {} };
    },
  };
  const agent = await createSoraAgent({ toolset: place.options, model });
  agent.inputGuardrails = [guard];
  const { finalOutput } = await runToEnd(triage(agent, model, [guard]), 'A paper boat, please');
  assert.match(String(finalOutput), /needs 4 seconds, and of 2 seconds within 24 hours 2 seconds are left/);
  assert.deepEqual(guarded, ['triage']);
  assert.equal((await place.provider.books()).creates, 0);
});

test('a question of the agent that was handed to reaches the person of the first run', async () => {
  await using place = await paidOptions({ approveAboveUsd: 0.2 });
  await using scripted = await openScriptedModel(handsOff);
  const { model } = scripted;
  const agent = await createSoraAgent({ toolset: place.options, model });
  for (const isWilling of [false, true]) {
    const questions: string[] = [];
    const person = (question: string) => {
      questions.push(question);
      return isWilling;
    };
    const { finalOutput } = await runToEnd(triage(agent, model), 'A paper boat, please', { person });
    assert.match(String(finalOutput), isWilling ? /^Published at/ : /it was refused/);
    assert.deepEqual(questions, ['Make a clip of 4 seconds for about $0.40: "A paper boat"?']);
    assert.equal((await place.provider.books()).creates, isWilling ? 1 : 0);
  }
});
