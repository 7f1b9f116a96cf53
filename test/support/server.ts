import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface TestServer extends AsyncDisposable {
  /** Ends in `/v1`. */
  baseUrl: string;
  /** What arrived, in order; a request counts as soon as its body is whole. */
  received: Received[];
}

type Handler = (request: Received, response: ServerResponse) => unknown;

/** A real HTTP server on a free port of this machine, gone when the test is over. */
export async function listen(handler: Handler): Promise<TestServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await buffer(request).catch(() => undefined);
    // A client that ends in the middle of its request has sent none.
    if (body === undefined) return;
    const arrived = { method, url, headers, body };
    received.push(arrived);
    await handler(arrived, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function answerJson(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
