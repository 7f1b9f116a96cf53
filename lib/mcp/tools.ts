import type { CallToolResult, Tool as McpTool, ResourceLink } from '@modelcontextprotocol/server';
import type { SavedFile, Tool, ToolResult } from '../../types/tool.ts';
import { OUTPUT_SCHEMA } from './outputSchema.ts';
import { uriOf } from './uri.ts';

/** A tool as the protocol lists it. */
export function toMcpTool({ name, title, description, parameters, annotations }: Tool): McpTool {
  const { costsMoney, ...hints } = annotations;
  return {
    name,
    title,
    description,
    inputSchema: JSON.parse(JSON.stringify(parameters)),
    outputSchema: OUTPUT_SCHEMA,
    annotations: { title, ...hints },
    _meta: { 'video-toolset/costsMoney': costsMoney },
  };
}

/** A result for hosts that show structured content, for those that show text only, and with links to its files. */
export function toCallToolResult({ isError, summary, data }: ToolResult): CallToolResult {
  const structuredContent = { summary, ...data };
  const files = [...(data.files ?? []), ...(data.published ?? [])];
  const links = new Map(files.map((file) => [file.path, linkTo(file)]));
  return {
    content: [{ type: 'text', text: JSON.stringify(structuredContent) }, ...links.values()],
    structuredContent,
    ...(isError && { isError }),
  };
}

function linkTo({ path, bytes, content_type }: SavedFile): ResourceLink {
  return { type: 'resource_link', uri: uriOf(path), name: path, mimeType: content_type, size: bytes };
}
