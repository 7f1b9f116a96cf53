import type { Options } from '../../types/config.ts';
import type { ToolData } from '../../types/tool.ts';

/** A host as its own users meet it: the tools are registered through our adapter, and called by the host's own client or loop. */
export interface TestHost extends AsyncDisposable {
  /** The tools as the host's model is shown them. */
  tools(): Promise<ListedTool[]>;
  /** Lets the host's client, or its model in one turn of its loop, make this call. */
  call(tool: string, input: unknown, options?: HostCallOptions): Promise<HostCallResult>;
}

export interface ListedTool {
  name: string;
  description: string;
  /** JSON Schema. */
  parameters: Record<string, unknown>;
}

export interface HostCallOptions {
  /** Stops the call as the host's user would. */
  signal?: AbortSignal;
  /** Whenever the host's user is shown progress; hosts that know none never call it. */
  onProgress?: () => void;
}

export interface HostCallResult {
  /** What the model is told: our result's summary and data, read out of whatever the host made of it. */
  told: ToolData & { summary: string };
  /** Is it marked as an error, where the host has such a mark? Otherwise: does it hold an `error`? */
  isError: boolean;
}

/** The person who sits before the host; undefined where nobody does. */
export type Person = (question: string) => boolean;

export interface HostKind {
  name: string;
  /** What the host has no notion of, with the reason; such a scenario is told, not run. */
  lacks?: { progress?: string; approval?: string; abort?: string };
  /** @param options of the toolset, as a program would give them */
  open(options: Options, person?: Person): Promise<TestHost>;
}
