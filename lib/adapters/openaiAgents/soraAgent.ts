import { fileURLToPath } from 'node:url';
import { Agent, type Model } from '@openai/agents';
import type { Options } from '../../../types/config.ts';
import { loadPrompt } from '../../host/prompt.ts';
import { createVideoToolset } from '../../runtime.ts';
import { type OpenAiAgentsOptions, toOpenAiAgentsTools } from './tools.ts';

export interface SoraAgentOptions extends OpenAiAgentsOptions {
  /** Of the tools, as `createVideoToolset` takes them; which tools there are, the agent's prompt says. @default {} */
  toolset?: Omit<Options, 'tools'>;
  /** The language model. @default the SDK's own */
  model?: string | Model;
}

/**
 * The agent that makes clips, to be run by itself or handed off to. A run of it takes up to 60 turns (`maxTurns`).
 * @throws VideoToolsetError `invalid_configuration` for the server's name
 */
export async function createSoraAgent({ toolset, model, ...options }: SoraAgentOptions = {}): Promise<Agent> {
  const file = new URL('../../../agents/sora_agent.prompt.md', import.meta.url);
  const { name, description, instructions, tools } = await loadPrompt(fileURLToPath(file));
  return new Agent({
    name,
    handoffDescription: description,
    instructions,
    tools: toOpenAiAgentsTools(createVideoToolset({ ...toolset, tools }), options),
    ...(model !== undefined && { model }),
  });
}
