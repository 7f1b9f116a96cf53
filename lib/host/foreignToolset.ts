import type { ErrorCode } from '../../types/error.ts';
import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { type ErrorFacts, VideoToolsetError } from '../errors.ts';
import { type HostToolDefinition, ToolSet } from './ToolSet.ts';

/** Characters; longer ones fill a model's memory, and every turn after them fails. */
const LONGEST_RESULT = 200_000;

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
    throw new Error(
      `its tool number ${index + 1} needs a name, a description and parameters (JSON Schema of type "object")`,
    );
  });
}

function isCallable(value: unknown): value is Callable {
  if (typeof value !== 'object' || value === null || !('definitions' in value) || !('call' in value)) return false;
  return typeof value.definitions === 'function' && typeof value.call === 'function';
}

function isDefinition(value: unknown): value is HostToolDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { name, description, parameters }: Partial<Record<keyof HostToolDefinition, unknown>> = value;
  const isSchema = typeof parameters === 'object' && parameters !== null && 'type' in parameters;
  return typeof name === 'string' && typeof description === 'string' && isSchema && parameters.type === 'object';
}

function isRunnable(value: object): value is Pick<Tool, 'run'> {
  return 'run' in value && typeof value.run === 'function';
}

function resultOf(name: string, value: unknown): ToolResult | string {
  if (typeof value !== 'string' && !isResult(value)) throw unreadable(name, 'neither { summary, data } nor a text');
  const length = lengthOf(value);
  if (length === undefined) throw unreadable(name, 'data that is no JSON');
  if (length <= LONGEST_RESULT) return value;
  throw unreadable(name, `${length} characters, where ${LONGEST_RESULT} are the most that a model is told`);
}

function lengthOf(value: unknown): number | undefined {
  try {
    return JSON.stringify(value).length;
  } catch {
    return undefined;
  }
}

/** It has run, and may have spent something. */
function unreadable(name: string, what: string): VideoToolsetError {
  return new VideoToolsetError('invalid_response', `The tool ${name} returned ${what}.`, {
    submitted: 'unknown',
    next_step: `${name} has run: find out what it did before it is called again.`,
  });
}

function isResult(value: unknown): value is ToolResult {
  if (typeof value !== 'object' || value === null) return false;
  const { summary, data }: Partial<Record<keyof ToolResult, unknown>> = value;
  return typeof summary === 'string' && typeof data === 'object' && data !== null && !Array.isArray(data);
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
