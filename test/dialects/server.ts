import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Part, parseMultipart } from './multipart.ts';

/** What reached a server, as it lay on the wire. */
export interface Received {
  method: string;
  /** Still percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Undefined where the body is something else. */
  json: unknown;
  /** Empty where the body is something else. */
  parts: readonly Part[];
  isMultipart: boolean;
}

export interface Answer {
  /** @default 200 */
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export type Handler = (request: Received) => Answer | Promise<Answer>;

export interface HttpServer extends AsyncDisposable {
  origin: string;
  received: readonly Received[];
}

/** A real server on a free port that keeps what it received. */
export async function listen(handle: Handler, host = '127.0.0.1'): Promise<HttpServer> {
  const received: Received[] = [];
  const server = createServer(async (message, response) => {
    try {
      const request = await receive(message);
      received.push(request);
      send(response, await handle(request));
    } catch (error) {
      // A mistake of the test server itself must be seen as such.
      send(response, text(`The test server failed: ${error}`, 599));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://${host}:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function text(body: string, status = 200, type = 'text/plain'): Answer {
  return { status, headers: { 'content-type': type }, body };
}

export function bytes(body: Buffer, type = 'video/mp4', headers: Record<string, string> = {}): Answer {
  return { headers: { 'content-type': type, ...headers }, body };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function receive(message: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const [path = '/', search = ''] = (message.url ?? '/').split('?');
  const parts = parseMultipart(message.headers['content-type'], body);
  return {
    method: message.method ?? 'GET',
    path,
    query: new URLSearchParams(search),
    headers: message.headers,
    body,
    json: message.headers['content-type']?.startsWith('application/json') ? JSON.parse(body.toString()) : undefined,
    parts: parts ?? [],
    isMultipart: parts !== undefined,
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '' }: Answer): void {
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...length, ...headers }).end(body);
}
