import type { AgentEvent } from './agent.ts';
import type { PublishedFile } from './cdn.ts';
import type { ErrorReport } from './error.ts';

interface Described {
  description: string;
}

/** What a tool's parameter may be: plain JSON Schema, flat. */
export type ParameterSchema =
  | (Described & { type: 'string'; enum?: readonly string[]; minLength?: number; maxLength?: number; pattern?: string })
  | (Described & { type: 'integer' | 'number'; minimum?: number; maximum?: number })
  | (Described & { type: 'boolean' })
  | (Described & { type: 'array'; items: { type: 'string' }; minItems?: number; maxItems?: number });

/** A flat, closed object. */
export interface ParametersSchema {
  type: 'object';
  properties: Record<string, ParameterSchema>;
  required: readonly string[];
  additionalProperties: false;
}

type ValueOf<P> = P extends { enum: readonly (infer E)[] }
  ? E
  : P extends { type: 'string' }
    ? string
    : P extends { type: 'integer' | 'number' }
      ? number
      : P extends { type: 'boolean' }
        ? boolean
        : P extends { type: 'array' }
          ? string[]
          : never;

/** The arguments that a schema lets through. */
export type ArgumentsOf<S extends ParametersSchema> = {
  -readonly [K in keyof S['properties'] as K extends S['required'][number] ? K : never]: ValueOf<S['properties'][K]>;
} & {
  -readonly [K in keyof S['properties'] as K extends S['required'][number] ? never : K]?: ValueOf<S['properties'][K]>;
};

/** Hints for hosts, in MCP's terms; they are true. */
export interface ToolAnnotations {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
  /** Ours: does a call cost money on a paid server? */
  costsMoney: boolean;
}

export interface ProgressReport {
  phase: 'waiting' | 'downloading' | 'publishing';
  job_id?: string;
  status?: string;
  /** 0 to 100; absent where it is not known. */
  percent?: number;
}

export interface ApprovalRequest {
  tool: string;
  /** What is about to happen, in one sentence. */
  question: string;
  /** Its price in dollars, where it has one that is known. */
  usd?: number;
}

/** What a host gives to a call; everything is optional. */
export interface ToolContext {
  signal?: AbortSignal;
  progress?(report: ProgressReport): void;
  /** Asks a person. Without it nobody can be asked, and what needs approval is refused. */
  approve?(request: ApprovalRequest): Promise<boolean>;
  /** Within which a clip that was made is found again, instead of made once more. @default one for each toolset */
  session?: string;
  /** The longest a call may wait here, in milliseconds. */
  waitLimitMs?: number;
  /**
   * Aborts when the host itself ends. A host that gives it lives on after its calls: an answer that is paid for, and bytes
   * that are on their way, are then waited for, also where the call was given up or its time is over.
   */
  lifetime?: AbortSignal;
  /** Set by an agent, for the tools that hand its work on. */
  handOff?: {
    /** How many hand-offs stand above this call. */
    depth: number;
    /** Is the model's server asked for a stream? */
    stream?: boolean;
    onEvent?(event: AgentEvent): void;
    /** Told of the session of the agent that is called, once it is saved and before anything is done in it. */
    onSession?(id: string): Promise<void>;
    /** Told of tokens that it used, and those that work for it. */
    onUsage?(usage: { inputTokens: number; outputTokens: number }): void;
  };
}

/** A job as a model sees it: short, and ordered by what it needs next. */
export interface JobView {
  /** Of the job; the ledger's key where no job is known. */
  id: string;
  /** The ledger's key of the clip it makes. */
  key?: string;
  status: string;
  progress?: number;
  seconds?: string;
  size?: string;
  model?: string;
  prompt?: string;
  expires_at?: number;
  error?: { code: string | null; message: string };
}

export interface ToolData {
  jobs?: JobView[];
  published?: PublishedFile[];
  files?: SavedFile[];
  error?: ErrorReport;
  /** What to do next, in one sentence; where it is a call, `Call <tool> with <JSON>`. */
  next_step?: string;
  [name: string]: unknown;
}

/** A file a tool wrote into the workspace. */
export interface SavedFile {
  /** Relative to the workspace. */
  path: string;
  bytes: number;
  sha256: string;
  content_type: string;
}

export interface ToolResult {
  isError?: true;
  /** One line. */
  summary: string;
  data: ToolData;
}

export interface Tool {
  name: string;
  title: string;
  description: string;
  parameters: ParametersSchema;
  annotations: ToolAnnotations;
  /** Checks its input and throws what goes wrong: call it through `runTool`, which returns errors as results. */
  run(input: unknown, context: ToolContext): Promise<ToolResult>;
  /**
   * What a call with this input would ask a person, found out without doing any of it; undefined where it would ask
   * nothing. For hosts that ask before a call: call it through `questionOf`. The call itself asks all the same.
   */
  question?(input: unknown, context: ToolContext): Promise<ApprovalRequest | undefined>;
}
