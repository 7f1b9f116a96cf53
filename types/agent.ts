import type { PublishedFile } from './cdn.ts';
import type { ErrorCode, ErrorReport } from './error.ts';
import type { JobView, ProgressReport, SavedFile } from './tool.ts';

/** What a run of an agent came to: the data, not just the prose. */
export interface AgentResult {
  /** The agent's final words. */
  text: string;
  published: PublishedFile[];
  files: SavedFile[];
  /** Every job the run touched, in its last known state. */
  jobs: JobView[];
  tool_calls: { name: string; ok: boolean; ms: number; code?: ErrorCode }[];
  /** `offline`, or `provider/model`. */
  model: string;
  /** Resumes the conversation. */
  session: string;
  /** Why the run ended early; what was reached until then stands in the other fields. */
  error?: ErrorReport;
}

/** What a run tells while it goes on. */
export type AgentEvent =
  | { type: 'text'; text: string }
  | { type: 'tool-start'; name: string }
  | { type: 'tool-progress'; name: string; report: ProgressReport }
  | { type: 'tool-end'; name: string; ok: boolean; summary: string; ms: number };
