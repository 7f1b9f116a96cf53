import type {
  CallToolRequest,
  CallToolResult,
  InputRequiredResult,
  Server,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { Config } from '../../types/config.ts';
import type { Tool } from '../../types/tool.ts';
import { runTool } from '../tools/run.ts';
import { type Approvals, canAsk } from './approvals.ts';
import { risingProgress } from './progress.ts';
import type { Sdk } from './sdk.ts';
import { toCallToolResult } from './tools.ts';

/** Clients give a call up after a minute. */
const LONGEST_WAIT_MS = 44_000;

export interface CallServices {
  tools: readonly Tool[];
  config: Pick<Config, 'waitLimitMs'>;
}

/** One of a connection, or of the process where the protocol knows no connections. */
export interface McpSession {
  id: string;
  approvals: Approvals;
}

/** Runs a tool for a client, or hands the client the question that a person has to answer first. */
export async function callTool(
  { name, arguments: args = {} }: CallToolRequest['params'],
  context: ServerContext,
  { tools, config }: CallServices,
  { id, approvals }: McpSession,
  server: Server,
  sdk: Sdk,
): Promise<CallToolResult | InputRequiredResult> {
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool === undefined) {
    const known = tools.map((candidate) => candidate.name).join(', ');
    const message = `There is no tool ${JSON.stringify(name.slice(0, 80))}. Use one of: ${known}.`;
    throw new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, message);
  }
  const session = `${id}:${server.getClientVersion()?.name.slice(0, 80) ?? ''}`;
  const ballot = approvals.ballot({ session, tool: name, args }, context);
  const progress = risingProgress(context);
  const result = await runTool(tool, args, {
    session,
    signal: context.mcpReq.signal,
    progress: progress.report,
    waitLimitMs: Math.min(config.waitLimitMs, LONGEST_WAIT_MS),
    ...(canAsk(context, server, sdk) && { approve: ballot.approve }),
  });
  progress.end();
  return ballot.pending() ?? toCallToolResult(result);
}
