import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { systemCode, VideoToolsetError } from '../errors.ts';
import { isLoopback, namesOf } from '../hostNames.ts';
import { createLog, type Log } from '../log.ts';
import { sendResponse, toRequest } from './bridge.ts';
import { createGuard } from './guard.ts';
import { loadSdk } from './sdk.ts';
import { createDesk, type McpServices } from './server.ts';
import { createHttpSessions } from './sessions.ts';

const PATH = '/mcp';

export interface HttpOptions {
  /** 0: any free one. */
  port: number;
  /** @default '127.0.0.1': this machine only */
  host?: string;
  /** What clients send as bearer token; needed beyond this machine. @default none */
  token?: string;
  /** Further names under which clients reach it, such as a proxy's. @default [] */
  allowedHosts?: readonly string[];
  /** @default nothing is written */
  log?: Log;
}

export interface McpHttpServer {
  /** Ends in `/mcp`. */
  url: string;
  /** Breaks off what runs and resolves when no tool runs any more. */
  close(): Promise<void>;
}

/**
 * Serves clients of the 2025 and of the 2026 protocol over streamable HTTP.
 * @param open opens what is served, at the first request for it
 * @throws VideoToolsetError `missing_package`; `invalid_configuration` without a token beyond this machine;
 * `invalid_argument` for a port that is in use
 */
export async function serveMcpHttp(open: () => Promise<McpServices>, options: HttpOptions): Promise<McpHttpServer> {
  const { port, host = '127.0.0.1', token, allowedHosts, log = createLog() } = options;
  if (token === undefined && !isLoopback(host)) throw needsToken(host);
  const sdk = await loadSdk();
  const desk = createDesk(sdk, open, log);
  const sessions = createHttpSessions(sdk, desk);
  // The 2026 protocol knows no connections: its clients share what is kept, apart by their names.
  const shared = desk.newSession();
  const modern = sdk.createMcpHandler(() => desk.serverFor(shared), {
    legacy: 'reject',
    onerror: (error) => log.debug('MCP', { error: error.message }),
  });
  const refusalOf = createGuard(sdk, namesOf(host, allowedHosts), token);

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const refusal = refusalOf(incoming.headers);
    if (refusal !== undefined) return refuse(outgoing, refusal.status, refusal.message);
    if (incoming.url?.split('?')[0] !== PATH) return refuse(outgoing, 404, `There is nothing here but ${PATH}.`);
    const request = toRequest(incoming, outgoing);
    const isLegacy = await sdk.isLegacyRequest(request);
    await sendResponse(await (isLegacy ? sessions : modern).fetch(request), outgoing);
  };
  const http = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error) => {
      log.debug('MCP over HTTP', { error: String(error) });
      if (outgoing.headersSent) outgoing.destroy();
      else refuse(outgoing, 500, 'The request could not be answered.');
    });
  });
  http.listen(port, host);
  await once(http, 'listening').catch((cause) => {
    throw cannotListen(host, port, cause);
  });
  const address = http.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}${PATH}`,
    async close() {
      const closed = once(http, 'close');
      http.close();
      await Promise.all([modern.close(), sessions.close()]);
      http.closeAllConnections();
      await Promise.all([closed, desk.end()]);
    },
  };
}

function refuse(outgoing: ServerResponse, status: number, message: string): void {
  const headers = { 'content-type': 'application/json', ...(status === 401 && { 'www-authenticate': 'Bearer' }) };
  outgoing.writeHead(status, headers);
  outgoing.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }));
}

function needsToken(host: string): VideoToolsetError {
  return new VideoToolsetError(
    'invalid_configuration',
    `Whoever reaches ${host} could spend money and delete clips: beyond this machine a token is needed.`,
    { next_step: 'Set VIDEO_MCP_TOKEN (option mcpToken, --token) to a long random text that clients send as bearer.' },
  );
}

function cannotListen(host: string, port: number, cause: unknown): VideoToolsetError {
  const reason = systemCode(cause) === 'EADDRINUSE' ? 'it is in use' : `the system refuses it (${systemCode(cause)})`;
  return new VideoToolsetError('invalid_argument', `Port ${port} of ${host} cannot be listened on: ${reason}.`, {
    cause,
    next_step: 'Choose another port, or another address.',
  });
}
