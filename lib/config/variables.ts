import type { Options } from '../../types/config.ts';

/** Each option and the variable that sets it. */
export const VARIABLES = {
  baseUrl: 'VIDEO_BASE_URL',
  apiKey: 'VIDEO_API_KEY',
  server: 'VIDEO_SERVER',
  model: 'VIDEO_MODEL',
  tools: 'VIDEO_TOOLS',
  headers: 'VIDEO_HEADERS',
  query: 'VIDEO_QUERY',
  workspace: 'VIDEO_WORKSPACE',
  state: 'VIDEO_STATE',
  cdn: 'CDN_URL',
  cdnPublicUrl: 'CDN_PUBLIC_URL',
  cdnKey: 'CDN_KEY',
  cdnHostKey: 'CDN_HOST_KEY',
  approveDelete: 'VIDEO_APPROVE_DELETE',
  ledger: 'VIDEO_LEDGER',
  profile: 'VIDEO_PROFILE',
  prices: 'VIDEO_PRICES',
  studioModels: 'VIDEO_STUDIO_MODELS',
  budgetUsd: 'VIDEO_BUDGET_USD',
  budgetSeconds: 'VIDEO_BUDGET_SECONDS',
  budgetJobs: 'VIDEO_BUDGET_JOBS',
  approveAboveUsd: 'VIDEO_APPROVE_USD',
  sendDeadlineMs: 'VIDEO_SEND_DEADLINE_MS',
  quarantineMs: 'VIDEO_QUARANTINE_MS',
  requestTimeoutMs: 'VIDEO_TIMEOUT_MS',
  pollIntervalMs: 'VIDEO_POLL_MS',
  waitLimitMs: 'VIDEO_WAIT_MS',
  agentModel: 'AGENT_MODEL',
  agentBaseUrl: 'AGENT_BASE_URL',
  agentApiKey: 'AGENT_API_KEY',
  mcpToken: 'VIDEO_MCP_TOKEN',
  studioToken: 'VIDEO_STUDIO_TOKEN',
  studioKeepDays: 'VIDEO_STUDIO_KEEP_DAYS',
  studioQuotaGb: 'VIDEO_STUDIO_QUOTA_GB',
  debug: 'VIDEO_DEBUG',
} as const satisfies Record<keyof Options, string>;

/** Where each provider of language models keeps its key, if `agentApiKey` is not set. */
export const MODEL_KEYS: Readonly<Record<string, string>> = {
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  xai: 'XAI_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
};

export type OptionName = keyof typeof VARIABLES;

export type Environment = Record<string, string | undefined>;
