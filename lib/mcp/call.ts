import type {
  CallToolRequest,
  CallToolResult,
  InputRequiredResult,
  Server,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { Config } from '../../types/config.ts';
import type { Tool, ToolResult } from '../../types/tool.ts';
import { runTool } from '../tools/run.ts';
import { type Approvals, canAsk } from './approvals.ts';
import { risingProgress } from './progress.ts';
import type { Sdk } from './sdk.ts';
import { toCallToolResult } from './tools.ts';
import type { Works } from './works.ts';

export type CallAnswer = CallToolResult | InputRequiredResult;

export interface CallServices {
  tools: readonly Tool[];
  config: Pick<Config, 'waitLimitMs'>;
}

/** One of a connection, or of the process where the protocol knows no connections. */
export interface McpSession {
  id: string;
  approvals: Approvals;
  /** Shared by all; told apart by the session's id. */
  works: Works<CallAnswer>;
}

/** Runs a tool for a client, or hands the client the question that a person has to answer first. */
export async function callTool(
  { name, arguments: args = {} }: CallToolRequest['params'],
  context: ServerContext,
  { tools, config }: CallServices,
  { id, approvals, works }: McpSession,
  server: Server,
  sdk: Sdk,
): Promise<CallAnswer> {
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool === undefined) {
    const known = tools.map((candidate) => candidate.name).join(', ');
    const message = `There is no tool ${JSON.stringify(name.slice(0, 80))}. Use one of: ${known}.`;
    throw new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, message);
  }
  const session = `${id}:${server.getClientVersion()?.name.slice(0, 80) ?? ''}`;
  const ballot = approvals.ballot({ session, tool: name, args }, context);
  const progress = risingProgress(context);
  const { signal } = context.mcpReq;
  const answer = await works.answer(JSON.stringify([session, name, args]), { signal, ...progress }, async (work) => {
    const result = await runTool(tool, args, {
      ...{ ...work, session, waitLimitMs: Math.min(config.waitLimitMs, work.waitLimitMs) },
      ...(canAsk(context, server, sdk) && { approve: ballot.approve }),
    });
    return ballot.pending() ?? toCallToolResult(result);
  });
  progress.end();
  return answer ?? toCallToolResult(goesOn(tool));
}

function goesOn({ name }: Tool): ToolResult {
  return {
    summary: `${name} takes longer than a call may: it goes on. Nothing is lost, and nothing is paid for twice.`,
    data: { next_step: 'Make the same call again, with the same arguments: it takes up the same work.' },
  };
}
