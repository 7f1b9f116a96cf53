import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { Agent, OpenAIChatCompletionsModel, Runner, setTracingDisabled } from '@openai/agents';
import OpenAI from 'openai';
import { questionFor, refusalFor, toOpenAiAgentsTools } from '../../lib/adapters/openaiAgents.ts';
import { openRuntime } from '../../lib/runtime.ts';
import { type ChatScript, listenAsModel, puppet } from '../support/chatServer.ts';
import { KEY } from '../support/key.ts';
import type { HostKind, Person } from './host.ts';

// The SDK would tell its maker of every run. Whatever still leaves this machine fails the test.
setTracingDisabled(true);
subscribe('undici:request:create', (message) => {
  const { hostname } = new URL(Object(message).request.origin);
  assert.equal(hostname, '127.0.0.1', 'a request leaves this machine');
});

/** A model of the SDK's own, over its own client, before a scripted server. */
export async function openScriptedModel(script: ChatScript) {
  const chat = await listenAsModel(script);
  const client = new OpenAI({ baseURL: chat.baseUrl, apiKey: KEY, maxRetries: 0 });
  return { ...chat, model: new OpenAIChatCompletionsModel(client, 'scripted') };
}

/** Runs an agent to its end; at an interruption a person is asked. */
export async function runToEnd(
  agent: Agent,
  input: string,
  { signal, person }: { signal?: AbortSignal; person?: Person } = {},
) {
  const runner = new Runner({ tracingDisabled: true });
  const options = { ...(signal && { signal }) };
  let result = await runner.run(agent, input, options);
  while (result.interruptions.length > 0) {
    for (const interruption of result.interruptions) {
      const { question } = (await questionFor(interruption)) ?? {};
      if (question !== undefined && person?.(question) === true) result.state.approve(interruption);
      else result.state.reject(interruption, refusalFor(interruption));
    }
    result = await runner.run(agent, result.state, options);
  }
  return result;
}

export const openaiAgentsHost: HostKind = {
  name: 'The OpenAI Agents SDK',
  lacks: { progress: 'its tools report none' },
  async open(options, person) {
    const runtime = openRuntime(options);
    const scripted = await openScriptedModel(puppet);
    const { model } = scripted;
    // Where nobody sits, a program says so beforehand.
    const nobody = person === undefined ? { approve: async () => false } : {};
    const agent = new Agent({ name: 'puppet', model, tools: toOpenAiAgentsTools(runtime.tools, nobody) });
    return {
      async tools() {
        await runToEnd(agent, '"Nothing."');
        const asked: {
          tools: { function: { name: string; description: string; parameters: Record<string, unknown> } }[];
        } = JSON.parse(scripted.received.at(-1)?.body.toString() ?? '');
        return asked.tools.map((tool) => tool.function);
      },
      async call(tool, input, { signal } = {}) {
        const { finalOutput } = await runToEnd(agent, JSON.stringify({ tool, input }), {
          ...(signal && { signal }),
          ...(person && { person }),
        });
        const told = JSON.parse(finalOutput ?? '');
        return { told, isError: told.error !== undefined };
      },
      async [Symbol.asyncDispose]() {
        await runtime.close();
        await scripted[Symbol.asyncDispose]();
      },
    };
  },
};
