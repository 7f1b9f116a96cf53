export { questionFor, refusalFor } from './openaiAgents/approvals.ts';
export { createSoraAgent, type SoraAgentOptions } from './openaiAgents/soraAgent.ts';
export { type OpenAiAgentsOptions, toOpenAiAgentsTools } from './openaiAgents/tools.ts';
