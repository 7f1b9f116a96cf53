import assert from 'node:assert/strict';
import { registerTools } from '../../lib/adapters/helloDave.ts';
import { ToolSet } from '../../lib/host/ToolSet.ts';
import { openRuntime } from '../../lib/runtime.ts';
import { runTool } from '../../lib/tools/run.ts';
import type { Tool, ToolContext } from '../../types/tool.ts';
import type { HostCallOptions, HostKind, ListedTool, Person } from './host.ts';

/** A host that takes texts only, as hello-dave does. */
export const textHost: HostKind = {
  name: 'A host that tells its model the text a handler returns',
  open: (options, person) => opened(openRuntime(options), textTools, person),
};

/** A host that takes what our tools return as it is: our own. */
export const objectHost: HostKind = {
  name: 'A host that takes results as objects',
  open: (options, person) => opened(openRuntime(options), objectTools, person),
};

interface StructuralTools {
  listed(): ListedTool[];
  call(name: string, input: unknown, context: ToolContext): Promise<unknown>;
}

/** As hello-dave's own set of tools: nothing is known of what it holds. */
export function textTools(tools: readonly Tool[]): StructuralTools {
  type Handler = (input: unknown, context?: unknown) => Promise<unknown>;
  const entries = new Map<string, ListedTool & { handler: Handler }>();
  registerTools(
    {
      add(name: string, description: string, parameters: object, handler: Handler) {
        entries.set(name, { name, description, parameters: { ...parameters }, handler });
      },
    },
    tools,
  );
  return {
    listed: () => [...entries.values()],
    async call(name, input, context) {
      const text = await entries.get(name)?.handler(input, context);
      assert.ok(typeof text === 'string', 'a text');
      assert.ok(text.startsWith('{"summary":"'), text);
      return JSON.parse(text);
    },
  };
}

function objectTools(tools: readonly Tool[]): StructuralTools {
  const host = new ToolSet();
  for (const tool of tools)
    host.add(tool.name, tool.description, tool.parameters, (input, context) => runTool(tool, input, context));
  return {
    listed: () => host.definitions().map((definition) => ({ ...definition, parameters: { ...definition.parameters } })),
    async call(name, input, context) {
      const { summary, data } = await host.call(name, input, context);
      return { summary, ...data };
    },
  };
}

async function opened(
  runtime: ReturnType<typeof openRuntime>,
  register: (tools: readonly Tool[]) => StructuralTools,
  person: Person | undefined,
) {
  const tools = register(runtime.tools);
  return {
    tools: async () => tools.listed(),
    async call(name: string, input: unknown, { signal, onProgress }: HostCallOptions = {}) {
      const told = Object(
        await tools.call(name, input, {
          ...(signal && { signal }),
          ...(onProgress && { progress: onProgress }),
          ...(person && { approve: async ({ question }) => person(question) }),
        }),
      );
      return { told, isError: told.error !== undefined };
    },
    [Symbol.asyncDispose]: () => runtime.close(),
  };
}
