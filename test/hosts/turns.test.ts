import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agent } from '@openai/agents';
import { ToolLoopAgent } from 'ai';
import { toAiSdkTools } from '../../lib/adapters/aiSdk.ts';
import { toOpenAiAgentsTools } from '../../lib/adapters/openaiAgents.ts';
import { openRuntime } from '../../lib/runtime.ts';
import type { Tool } from '../../types/tool.ts';
import { type ChatMessage, type ChatScript, listenAsModel, obedient } from '../support/chatServer.ts';
import * as aiSdk from './aiSdkHost.ts';
import { openScriptedModel, runToEnd } from './openaiAgentsHost.ts';
import { paidOptions } from './place.ts';
import { textTools } from './structuralHost.ts';

/** Lets a model work with tools to its end, and tells how often it was asked. */
type Loop = (tools: readonly Tool[], script: ChatScript) => Promise<number>;

const LOOPS: Record<string, Loop> = {
  async 'the OpenAI Agents SDK'(tools, script) {
    await using scripted = await openScriptedModel(script);
    await runToEnd(new Agent({ name: 'maker', model: scripted.model, tools: toOpenAiAgentsTools(tools) }), 'A boat');
    return scripted.received.length;
  },
  async 'the AI SDK'(tools, script) {
    await using scripted = await aiSdk.openScriptedModel(script);
    await aiSdk.runToEnd(new ToolLoopAgent({ model: scripted.model, ...toAiSdkTools(tools) }), 'A boat');
    return scripted.received.length;
  },
  async 'a loop of one’s own'(tools, script) {
    await using chat = await listenAsModel(script);
    const host = textTools(tools);
    const messages: ChatMessage[] = [{ role: 'user', content: 'A boat' }];
    for (;;) {
      const body = JSON.stringify({ model: 'scripted', messages });
      const response = await fetch(`${chat.baseUrl}/chat/completions`, { method: 'POST', body });
      const { message } = Object(await response.json()).choices[0];
      messages.push(message);
      if (message.tool_calls === undefined) return chat.received.length;
      for (const { id, function: called } of message.tool_calls) {
        const told = await host.call(called.name, called.arguments, {});
        messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(told) });
      }
    }
  },
};

const CLIP = { prompt: 'A paper boat', seconds: 4 };

for (const [name, loop] of Object.entries(LOOPS)) {
  for (const [preset, first, most] of [
    ['produce', 'video_produce', 2],
    ['chain', 'video_create', 5],
  ] as const) {
    test(`a clip is published in ${most} turns of the model with ${preset}, however long its job takes, by ${name}`, async () => {
      for (const jobMs of [0, 1_500]) {
        await using place = await paidOptions({ tools: preset }, { jobMs });
        const runtime = openRuntime(place.options);
        const published: unknown[] = [];
        const follow = obedient({ tool: first, input: CLIP });
        const turns = await loop(runtime.tools, (messages, request) => {
          const { content } = messages.at(-1) ?? {};
          if (String(content).includes('"published":[')) published.push(content);
          return follow(messages, request);
        });
        await runtime.close();
        assert.deepEqual([turns, published.length], [most, 1], `a job of ${jobMs} ms`);
        assert.equal((await place.provider.books()).creates, 1);
      }
    });
  }
}
