import type { PublishedFile } from './cdn.ts';
import type { ErrorCode, ErrorReport } from './error.ts';
import type { JobView, ProgressReport, SavedFile } from './tool.ts';

/** What a run of an agent came to: the data, not just the prose. */
export interface AgentResult {
  /** The agent's final words. */
  text: string;
  published: PublishedFile[];
  files: SavedFile[];
  /** Every job the run touched, in its last known state; those that it only saw in a list are not. */
  jobs: JobView[];
  tool_calls: { name: string; ok: boolean; ms: number; code?: ErrorCode }[];
  /** How often the model was asked. */
  turns: number;
  /** Tokens, where the model's server counts them; those of agents that work was handed to included. */
  usage?: { inputTokens: number; outputTokens: number };
  /** What the clips of this run cost, or may have, by the ledger; absent where it cannot be read. */
  cost?: Cost;
  /** `offline`, or `provider/model`. */
  model: string;
  /** Resumes the conversation. */
  session: string;
  /** Why the run ended early; what was reached until then stands in the other fields. */
  error?: ErrorReport;
  /** What went wrong in the last round of tool calls, where the agent left it at that, or only looked at things after it. */
  failure?: ErrorReport;
}

/** What was paid for within a run; dollars where every price is known. */
export interface Cost {
  jobs: number;
  seconds: number;
  usd?: number;
}

/** What a run tells while it goes on. `agent` is the one that work was handed to; absent for the one that was run. */
export type AgentEvent =
  | { type: 'text'; text: string; agent?: string }
  | { type: 'tool-start'; name: string; agent?: string }
  | { type: 'tool-progress'; name: string; report: ProgressReport; agent?: string }
  | { type: 'tool-end'; name: string; ok: boolean; summary: string; ms: number; agent?: string };
