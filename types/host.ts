import type { ToolContext, ToolResult } from './tool.ts';

/** What a tool's function may return to a host: our result, or a text as simpler hosts expect. */
export type ToolHandler = (input: unknown, context: ToolContext) => Promise<ToolResult | string>;

/** Anything tools can be registered with. */
export interface Host {
  add(name: string, description: string, parameters: object, handler: ToolHandler): unknown;
}
