import type { Tool, ToolContext } from '../../types/tool.ts';
import { errorResult, resultText, runTool } from '../tools/run.ts';

/**
 * All that is assumed of hello-dave: it takes a tool so, and tells its model the text that the handler resolves with. What
 * else it may hand to a handler is looked at, never relied on.
 */
export interface HelloDaveHost {
  add(
    name: string,
    description: string,
    parameters: object,
    handler: (input: unknown, context?: unknown) => Promise<string>,
  ): unknown;
}

/**
 * Registers tools with hello-dave, or with any host that takes tools so. Handlers never reject: they resolve with JSON, the
 * summary first.
 * @param context given to every call; what the host itself hands to a call comes before it
 * @returns the host
 * @example registerTools(host, createVideoToolset())
 */
export function registerTools<H extends HelloDaveHost>(host: H, tools: readonly Tool[], context: ToolContext = {}): H {
  for (const tool of tools) {
    const answer = async (input: unknown, given: unknown) =>
      resultText(await runTool(tool, input, { ...context, ...contextOf(given) }));
    host.add(tool.name, tool.description, structuredClone(tool.parameters), (input, given) =>
      answer(input, given).catch((error) => resultText(errorResult(error))),
    );
  }
  return host;
}

/** What of it has the shape of our own context; whatever else it is, it is left alone. */
function contextOf(given: unknown): ToolContext {
  const { signal, approve, progress }: Record<string, unknown> = Object(given);
  return {
    ...(signal instanceof AbortSignal && { signal }),
    ...(typeof approve === 'function' && {
      approve: async (request) => (await Reflect.apply(approve, given, [request])) === true,
    }),
    ...(typeof progress === 'function' && { progress: (report) => Reflect.apply(progress, given, [report]) }),
  };
}
