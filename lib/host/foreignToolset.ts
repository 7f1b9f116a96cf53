import type { ErrorCode } from '../../types/error.ts';
import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { type ErrorFacts, VideoToolsetError } from '../errors.ts';
import { type HostToolDefinition, ToolSet } from './ToolSet.ts';

/** A ToolSet of this or of another copy of this package, which no `instanceof` knows. */
interface Callable {
  definitions(): unknown;
  call(name: string, input: unknown, context: ToolContext): Promise<unknown>;
}

/**
 * Takes in tools that were made elsewhere, known by their structure alone.
 * @throws Error saying what is wrong with them
 */
export function foreignToolset(value: unknown): ToolSet {
  const set = new ToolSet();
  if (isCallable(value)) {
    for (const { name, description, parameters } of definitionsOf(value.definitions()))
      set.add(name, description, parameters, async (input, context) =>
        resultOf(name, await value.call(name, input, context)),
      );
    return set;
  }
  if (!Array.isArray(value)) throw new Error('its default export is no ToolSet, no array of tools, and no function');
  for (const tool of definitionsOf(value)) {
    const { name, description, parameters } = tool;
    if (!isRunnable(tool)) throw new Error(`its tool ${name} has no function "run": make it with defineTool`);
    set.add(name, description, parameters, async (input, context) => {
      try {
        return resultOf(name, await tool.run(input, context));
      } catch (error) {
        throw asOurs(error);
      }
    });
  }
  return set;
}

function definitionsOf(value: unknown): HostToolDefinition[] {
  if (!Array.isArray(value)) throw new Error('its definitions() is no array');
  return value.map((entry: unknown, index) => {
    if (isDefinition(entry)) return entry;
    throw new Error(`its tool number ${index + 1} needs a name, a description and parameters (JSON Schema)`);
  });
}

function isCallable(value: unknown): value is Callable {
  if (typeof value !== 'object' || value === null || !('definitions' in value) || !('call' in value)) return false;
  return typeof value.definitions === 'function' && typeof value.call === 'function';
}

function isDefinition(value: unknown): value is HostToolDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { name, description, parameters }: Partial<Record<keyof HostToolDefinition, unknown>> = value;
  const isSchema = typeof parameters === 'object' && parameters !== null;
  return typeof name === 'string' && typeof description === 'string' && isSchema;
}

function isRunnable(value: object): value is Pick<Tool, 'run'> {
  return 'run' in value && typeof value.run === 'function';
}

function resultOf(name: string, value: unknown): ToolResult | string {
  if (typeof value === 'string' || isResult(value)) return value;
  throw new VideoToolsetError('invalid_response', `The tool ${name} returned neither { summary, data } nor a text.`);
}

function isResult(value: unknown): value is ToolResult {
  if (typeof value !== 'object' || value === null) return false;
  const { summary, data }: Partial<Record<keyof ToolResult, unknown>> = value;
  return typeof summary === 'string' && typeof data === 'object' && data !== null;
}

/** Another copy's error says as much as ours. */
function asOurs(error: unknown): unknown {
  if (!isForeignError(error)) return error;
  return new VideoToolsetError(error.code, error.message, { ...error.facts, cause: error });
}

function isForeignError(error: unknown): error is Error & { code: ErrorCode; facts: ErrorFacts } {
  if (!(error instanceof Error) || error instanceof VideoToolsetError || error.name !== 'VideoToolsetError')
    return false;
  return 'code' in error && typeof error.code === 'string' && 'facts' in error && typeof error.facts === 'object';
}
