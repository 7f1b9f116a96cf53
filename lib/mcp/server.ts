import { randomUUID } from 'node:crypto';
import type { Server } from '@modelcontextprotocol/server';
import { toToolsetError } from '../errors.ts';
import type { Log } from '../log.ts';
import { toolVersion } from '../version.ts';
import type { Workspace } from '../workspace.ts';
import { createApprovals } from './approvals.ts';
import { type CallAnswer, type CallServices, callTool, type McpSession } from './call.ts';
import { getPrompt, listPrompts } from './prompts.ts';
import { listResources, RESOURCE_TEMPLATE, readResource } from './resources.ts';
import type { Sdk } from './sdk.ts';
import { toMcpTool } from './tools.ts';
import { createWorks, type Works } from './works.ts';

const INSTRUCTIONS =
  'Makes video clips and publishes them: video_produce, where it is listed, does it in one call. On a paid server each clip ' +
  'costs money, once. A call returns within 45 seconds: where its result is not the end, make the call that next_step names, ' +
  'and never ask for the clip again in other words. Files are read from and written to the workspace only.';

/** What is served; a `Runtime` is one. */
export interface McpServices extends CallServices {
  workspace: Workspace;
}

/** What every server of this process shares. */
export interface McpDesk {
  newSession(): McpSession;
  /** A server for one connection, or for one request where the protocol knows no connections. */
  serverFor(session: McpSession): Server;
  /** Stops what still runs; resolves when no tool does any more. */
  end(): Promise<void>;
}

/** @param open opens what is served; it is asked at the first request that needs it, so that a client is greeted at once */
export function createDesk(
  sdk: Sdk,
  open: () => Promise<McpServices>,
  log: Log,
  works: Works<CallAnswer> = createWorks(),
): McpDesk {
  const running = new Set<Promise<unknown>>();

  const serve = async <T>(answer: (services: McpServices) => Promise<T>): Promise<T> => {
    const call = open().then(answer);
    running.add(call);
    try {
      return await call;
    } catch (error) {
      if (error instanceof sdk.ProtocolError) throw error;
      throw new sdk.ProtocolError(sdk.ProtocolErrorCode.InternalError, toToolsetError(error).message);
    } finally {
      running.delete(call);
    }
  };

  return {
    newSession: () => ({ id: randomUUID(), approvals: createApprovals(sdk), works }),

    serverFor(session) {
      const server = new sdk.Server(
        { name: 'video-toolset', title: 'Video toolset', version: toolVersion() },
        { capabilities: { tools: {}, resources: {}, prompts: {} }, instructions: INSTRUCTIONS },
      );
      server.onerror = (error) => log.debug('MCP', { error: error.message });
      server.setRequestHandler('tools/list', () => serve(async ({ tools }) => ({ tools: tools.map(toMcpTool) })));
      server.setRequestHandler('tools/call', ({ params }, context) =>
        serve((services) => callTool(params, context, services, session, server, sdk)),
      );
      server.setRequestHandler('resources/list', ({ params }) =>
        serve(({ workspace }) => listResources(workspace, params?.cursor, sdk)),
      );
      server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [RESOURCE_TEMPLATE] }));
      server.setRequestHandler('resources/read', ({ params }) =>
        serve(({ workspace }) => readResource(workspace, params.uri, sdk)),
      );
      server.setRequestHandler('prompts/list', () => serve(async ({ tools }) => ({ prompts: listPrompts(tools) })));
      server.setRequestHandler('prompts/get', ({ params }) =>
        serve(async ({ tools }) => getPrompt(params.name, params.arguments ?? {}, tools, sdk)),
      );
      return server;
    },

    async end() {
      await works.end();
      await Promise.allSettled(running);
    },
  };
}
