import type { Host, ToolHandler } from '../../types/host.ts';
import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import { errorResult, runTool } from '../tools/run.ts';
import { resultWithinReach } from '../tools/withinReach.ts';

export interface HostToolDefinition {
  name: string;
  description: string;
  /** JSON Schema. */
  parameters: object;
}

/** Named tools of any origin: ours, and whatever else was added. */
export class ToolSet implements Host {
  readonly #tools = new Map<string, HostToolDefinition & { handler: ToolHandler }>();

  static of(tools: readonly Tool[]): ToolSet {
    const set = new ToolSet();
    for (const tool of tools) {
      set.add(tool.name, tool.description, tool.parameters, (input, context) => runTool(tool, input, context));
    }
    return set;
  }

  /** @throws VideoToolsetError `invalid_argument` for a name that is taken or that no model API accepts */
  add(name: string, description: string, parameters: object, handler: ToolHandler): this {
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
      throw new VideoToolsetError(
        'invalid_argument',
        `${JSON.stringify(name)} is not a tool name: use 1 to 64 letters, digits, _ and -.`,
      );
    }
    if (this.#tools.has(name)) throw new VideoToolsetError('invalid_argument', `There is a tool ${name} already.`);
    this.#tools.set(name, { name, description, parameters, handler });
    return this;
  }

  /** Adds every tool of another set. @throws VideoToolsetError `invalid_argument` for a name that both have */
  merge(other: ToolSet): this {
    for (const { name, description, parameters, handler } of other.#tools.values())
      this.add(name, description, parameters, handler);
    return this;
  }

  has(name: string): boolean {
    return this.#tools.has(name);
  }

  /** A new set of these tools only, none of which names another as its next step. @throws VideoToolsetError `unknown_tool` */
  pick(names: readonly string[]): ToolSet {
    const picked = new ToolSet();
    for (const wanted of names) {
      const tool = this.#tools.get(wanted);
      if (tool === undefined) throw this.#unknown(wanted);
      const { name, description, parameters, handler } = tool;
      picked.add(name, description, parameters, async (input, context) => {
        const result = await handler(input, context);
        return typeof result === 'string' ? result : resultWithinReach(result, names);
      });
    }
    return picked;
  }

  definitions(): HostToolDefinition[] {
    return [...this.#tools.values()].map(({ name, description, parameters }) => ({ name, description, parameters }));
  }

  /** Never rejects: a failure is a result with `isError`. A handler's text becomes a result's summary. */
  async call(name: string, input: unknown, context: ToolContext = {}): Promise<ToolResult> {
    try {
      const tool = this.#tools.get(name);
      if (tool === undefined) throw this.#unknown(name);
      const result = await tool.handler(input, context);
      return typeof result === 'string' ? { summary: result, data: {} } : result;
    } catch (error) {
      return errorResult(error);
    }
  }

  #unknown(name: string): VideoToolsetError {
    return new VideoToolsetError('unknown_tool', `There is no tool ${JSON.stringify(name.slice(0, 80))}.`, {
      next_step: `Use one of: ${[...this.#tools.keys()].join(', ')}.`,
    });
  }
}
