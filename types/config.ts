import type { Budget } from './ledger.ts';

/** A dialect of the Videos API; `auto` finds out by itself what it can. */
export type ServerName =
  | 'auto'
  | 'studio'
  | 'openai'
  | 'azure'
  | 'sglang'
  | 'vllm-omni'
  | 'litellm'
  | 'tensorrt-llm'
  | 'new-api';

/** Facts that a user may state about their own server; what is not stated counts as not known. */
export interface ServerFacts {
  /** Does the list repeat each job's prompt? */
  listEchoesPrompt?: boolean;
  /** Does the list show every job of this account? */
  listComplete?: boolean;
  /** After how many milliseconds at most a job is in the list. */
  listLagMs?: number;
  /** Does a 429 to a create always come before a job is made? */
  refuses429BeforeJob?: boolean;
  /** The header that makes one job of all requests with the same value. */
  idempotencyKey?: string;
  defaultModel?: string;
  /** The length in seconds of a clip for which none was asked. */
  defaultSeconds?: number;
  /** The longest clip in seconds. */
  maxSeconds?: number;
  costsNothing?: boolean;
  billsFailedJobs?: 'yes' | 'no';
}

/** A set of tools for a usual need. */
export type ToolPreset = 'produce' | 'chain' | 'readonly' | 'all' | 'storyboard';

/** What a user may set, by option or by environment variable; an option beats the environment. */
export interface Options {
  /** `VIDEO_BASE_URL`: the server, with or without `/v1`. @default the embedded studio */
  baseUrl?: string;
  /** `VIDEO_API_KEY`; `OPENAI_API_KEY` counts only for api.openai.com. @default none */
  apiKey?: string;
  /** `VIDEO_SERVER`: the server's dialect. @default 'auto' */
  server?: ServerName;
  /** `VIDEO_MODEL`: sent where a call names none. @default not sent */
  model?: string;
  /** `VIDEO_TOOLS`: the tools a model sees, by preset or by names (apart by commas in the variable); see docs/tools.md. @default 'all' */
  tools?: ToolPreset | readonly string[];
  /** `VIDEO_HEADERS` (JSON): added to every request. @default none */
  headers?: Record<string, string>;
  /** `VIDEO_QUERY` (JSON): added to every request's query. @default none */
  query?: Record<string, string>;
  /** `VIDEO_WORKSPACE`: the one folder files are read from and written to. @default './videos' */
  workspace?: string;
  /** `VIDEO_STATE`: sessions, the studio's jobs, partial downloads. @default `$XDG_STATE_HOME/video-toolset` or `~/.local/state/video-toolset` */
  state?: string;
  /** `CDN_URL`: `file:<folder>`, `sftp://user@host:port/folder` or `s3://bucket/prefix`. @default `file:<workspace>/published` */
  cdn?: string;
  /** `CDN_KEY`: how published files are named. @default '{yyyy}/{mm}/{slug}-{sha8}.{ext}' */
  cdnKey?: string;
  /** `CDN_PUBLIC_URL`: the address the CDN's folder is served at. @default the driver's own address */
  cdnPublicUrl?: string;
  /** `CDN_HOST_KEY`: fingerprints (`SHA256:…`, apart by commas) of an SFTP server that known_hosts does not know. @default none */
  cdnHostKey?: string;
  /** `VIDEO_APPROVE_DELETE`: `ask` asks before a delete, `no` does not. @default 'ask' */
  approveDelete?: 'ask' | 'no';
  /** `VIDEO_LEDGER`: a file, or `postgres://…`. @default `<state>/ledger.db` */
  ledger?: string;
  /** `VIDEO_PROFILE` (JSON): what is known of a server of one's own, beyond its dialect; see docs/servers.md. @default {} */
  profile?: ServerFacts;
  /** `VIDEO_PRICES` (JSON): dollars for one second, by `model` or `model@size`; they come before the built-in list. @default {} */
  prices?: Record<string, number>;
  /**
   * `VIDEO_STUDIO_MODELS` (JSON, or `name=target` apart by commas): what makes the clips of which model in the studio:
   * `animatic`, or `provider/model`; see docs/studio.md. @default {}: the old API's names are drawn by animatic
   */
  studioModels?: Readonly<Record<string, string>>;
  /** `VIDEO_BUDGET_USD`: dollars within 24 hours, over all processes that share the ledger. @default none */
  budgetUsd?: number;
  /** `VIDEO_BUDGET_SECONDS`: seconds of video within 24 hours. @default 300; none for the studio's previews */
  budgetSeconds?: number;
  /** `VIDEO_BUDGET_JOBS`: jobs within 24 hours. @default none */
  budgetJobs?: number;
  /** `VIDEO_APPROVE_USD`: a clip that costs more is asked about. @default no question */
  approveAboveUsd?: number;
  /** `VIDEO_SEND_DEADLINE_MS`: how long after its reservation a request may be handed to the network. @default 10000 */
  sendDeadlineMs?: number;
  /** `VIDEO_QUARANTINE_MS`: how long a lost answer may still become a job. @default sendDeadlineMs + requestTimeoutMs + 20000 */
  quarantineMs?: number;
  /** `VIDEO_TIMEOUT_MS`: how long one request may take to be answered. @default 60000 */
  requestTimeoutMs?: number;
  /** `VIDEO_POLL_MS`: time to the first poll of a wait; it grows from there. @default 2000 */
  pollIntervalMs?: number;
  /** `VIDEO_WAIT_MS`: how long one wait may take. @default 600000 */
  waitLimitMs?: number;
  /** `AGENT_MODEL`: `provider/model`, or `offline`. @default 'offline' */
  agentModel?: string;
  /** `AGENT_BASE_URL`: the agent model's server, for providers that take one. @default the provider's own */
  agentBaseUrl?: string;
  /** `AGENT_API_KEY`. @default the provider's own variable */
  agentApiKey?: string;
  /** `VIDEO_MCP_TOKEN`: what MCP clients send as bearer token over HTTP; needed beyond this machine. @default none */
  mcpToken?: string;
  /** `VIDEO_STUDIO_TOKEN`: what clients of `video-toolset studio` send as bearer token, several apart by commas; needed beyond this machine. @default none */
  studioToken?: string;
  /** `VIDEO_STUDIO_KEEP_DAYS`: how long the studio keeps a completed clip. @default 30 */
  studioKeepDays?: number;
  /** `VIDEO_STUDIO_QUOTA_GB`: gibibytes that the studio's clips may have; the oldest go first. @default 20, or a tenth of the disk where that is less */
  studioQuotaGb?: number;
  /** `VIDEO_DEBUG` (`1`): diagnostics on stderr. @default false */
  debug?: boolean;
}

/** Checked and complete; folders are absolute, the base URL ends in `/v1`. */
export interface Config {
  /** Absent: the embedded studio. */
  baseUrl?: string;
  apiKey?: string;
  server: ServerName;
  model?: string;
  /** Names, in their usual order. */
  tools: readonly string[];
  headers: Record<string, string>;
  query: Record<string, string>;
  workspace: string;
  state: string;
  cdn: URL;
  cdnPublicUrl?: string;
  cdnKey?: string;
  cdnHostKeys?: string[];
  /** The ssh-agent's socket (`SSH_AUTH_SOCK`). */
  sshAgent?: string;
  approveDelete: 'ask' | 'no';
  /** An absolute path, or `postgres://…`. */
  ledger: string;
  profile: ServerFacts;
  prices: Record<string, number>;
  studioModels: Readonly<Record<string, string>>;
  budget: Budget;
  approveAboveUsd?: number;
  requestTimeoutMs: number;
  sendDeadlineMs: number;
  quarantineMs: number;
  pollIntervalMs: number;
  waitLimitMs: number;
  agentModel: string;
  agentBaseUrl?: string;
  agentApiKey?: string;
  mcpToken?: string;
  studioTokens?: string[];
  studioKeepDays?: number;
  studioQuotaGb?: number;
  debug: boolean;
}
