import { randomUUID } from 'node:crypto';
import type { Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import type { Sdk } from './sdk.ts';
import type { McpDesk } from './server.ts';

/** A client that leaves without a word leaves its session behind: the one unused for longest makes room. */
const MOST_SESSIONS = 200;

interface HttpSession {
  transport: WebStandardStreamableHTTPServerTransport;
  server: Server;
}

/**
 * Clients of the 2025 protocol over HTTP. They are known by a session's id, for answers to questions and cancellations
 * come as requests of their own.
 */
export function createHttpSessions({ WebStandardStreamableHTTPServerTransport }: Sdk, desk: McpDesk) {
  /** In the order of their last use. */
  const sessions = new Map<string, HttpSession>();

  const use = (id: string, session: HttpSession) => {
    sessions.delete(id);
    sessions.set(id, session);
  };
  const begin = async (request: Request): Promise<Response> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized(id) {
        use(id, { transport, server });
        const [oldest] = sessions.values();
        if (sessions.size > MOST_SESSIONS) void oldest?.server.close();
      },
    });
    const server = desk.serverFor(desk.newSession());
    server.onclose = () => {
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId);
    };
    await server.connect(transport);
    const response = await transport.handleRequest(request);
    // It was no beginning of a session, and was refused.
    if (transport.sessionId === undefined) await server.close();
    return response;
  };

  return {
    async fetch(request: Request): Promise<Response> {
      const id = request.headers.get('mcp-session-id');
      if (id === null) return await begin(request);
      const session = sessions.get(id);
      if (session === undefined) {
        const error = { code: -32_001, message: 'There is no such session: initialize anew.' };
        return Response.json({ jsonrpc: '2.0', error, id: null }, { status: 404 });
      }
      use(id, session);
      return await session.transport.handleRequest(request);
    },

    async close() {
      await Promise.all([...sessions.values()].map(({ server }) => server.close()));
    },
  };
}
