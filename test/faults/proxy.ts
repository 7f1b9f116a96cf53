import { request as forward, type IncomingHttpHeaders } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

export type Fault =
  /** The request is lost: cut after this share of its bytes, before the server has any. */
  | { kind: 'reset request'; share: number }
  | { kind: 'reset response'; share: number }
  | { kind: 'stall'; share: number }
  | { kind: 'half a header' }
  | { kind: 'HTML 502'; arrives: boolean }
  | { kind: '429'; headers: Record<string, string> }
  | { kind: 'redirect'; to: string }
  | { kind: 'slow drip' }
  /** More is announced than comes. */
  | { kind: 'wrong content-length' }
  | { kind: 'gzip' };

export interface Exchange {
  method: string;
  path: string;
  range: string | undefined;
  fault: Fault | undefined;
  /** Bytes of the body that were handed to the client. */
  delivered: number;
}

export interface FaultProxy extends AsyncDisposable {
  origin: string;
  exchanges: readonly Exchange[];
}

interface Head {
  method: string;
  path: string;
  headers: Record<string, string>;
  bodyStart: number;
}

const PAGE = '<html><body><h1>502 Bad Gateway</h1></body></html>';

/** Stands between a client and a server at `target`, and breaks what `plan` says. */
export async function startFaultProxy(
  target: string,
  plan: (request: { method: string; path: string }) => Fault | undefined,
): Promise<FaultProxy> {
  const exchanges: Exchange[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    serve(socket).catch(() => socket.destroy());
  });

  const serve = async (socket: Socket): Promise<void> => {
    let received = Buffer.alloc(0);
    let current: { exchange: Exchange; head: Head } | undefined;
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      const head = current?.head ?? headOf(received);
      if (head === undefined) continue;
      if (current === undefined) {
        const exchange = { ...head, range: head.headers.range, fault: plan(head), delivered: 0 };
        exchanges.push(exchange);
        current = { exchange, head };
      }
      const { exchange } = current;
      const length = head.bodyStart + Number(head.headers['content-length'] ?? 0);
      if (exchange.fault?.kind === 'reset request' && received.length >= exchange.fault.share * length) {
        socket.resetAndDestroy();
        return;
      }
      if (received.length < length) continue;
      const body = received.subarray(head.bodyStart, length);
      received = received.subarray(length);
      current = undefined;
      await answer(socket, head, body, exchange);
    }
  };

  const answer = async (socket: Socket, head: Head, body: Buffer, exchange: Exchange): Promise<void> => {
    const { fault } = exchange;
    if (fault?.kind === '429') return write(socket, responseHead(429, { ...fault.headers, 'content-length': '0' }));
    if (fault?.kind === 'redirect') {
      return write(socket, responseHead(307, { location: fault.to, 'content-length': '0' }));
    }
    const page = responseHead(502, { 'content-type': 'text/html', 'content-length': String(PAGE.length) }) + PAGE;
    if (fault?.kind === 'HTML 502' && !fault.arrives) return write(socket, page);
    const response = await fetchFrom(target, head, body);
    if (fault?.kind === 'HTML 502') return write(socket, page);
    if (fault?.kind === 'half a header') {
      await write(socket, 'HTTP/1.1 200 OK\r\nContent-Ty');
      socket.end();
      return;
    }
    const content = fault?.kind === 'gzip' ? gzipSync(response.body) : response.body;
    const length = content.length + (fault?.kind === 'wrong content-length' ? 1_000 : 0);
    const headers = {
      ...response.headers,
      ...(fault?.kind === 'gzip' && { 'content-encoding': 'gzip' }),
      'content-length': String(length),
    };
    const start = Buffer.from(responseHead(response.status, headers));
    const whole = Buffer.concat([start, content]);
    const isCut = fault?.kind === 'reset response' || fault?.kind === 'stall';
    const end = isCut ? Math.floor(whole.length * fault.share) : whole.length;
    await deliver(socket, whole.subarray(0, end), fault?.kind === 'slow drip');
    exchange.delivered = Math.max(0, end - start.length);
    if (fault?.kind === 'wrong content-length') socket.end();
    if (fault?.kind === 'reset response') {
      // A reset discards what the client has not read yet, which would count as lost on its side.
      await pause(40);
      socket.resetAndDestroy();
    }
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    exchanges,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function headOf(received: Buffer): Head | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const pairs = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { method, path, headers: Object.fromEntries(pairs), bodyStart: end + 4 };
}

function responseHead(status: number, headers: IncomingHttpHeaders): string {
  const lines = Object.entries(headers)
    .filter(([name]) => name !== 'connection' && name !== 'keep-alive' && name !== 'transfer-encoding')
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${status < 400 ? 'OK' : 'Error'}\r\n${lines.join('')}\r\n`;
}

function fetchFrom(target: string, { method, path, headers }: Head, body: Buffer) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const outgoing = forward(new URL(path, target), { method, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
    });
    outgoing.on('error', reject).end(body);
  });
}

async function deliver(socket: Socket, data: Buffer, isSlow: boolean): Promise<void> {
  if (!isSlow) return write(socket, data);
  const step = Math.ceil(data.length / 24);
  for (let start = 0; start < data.length; start += step) {
    await write(socket, data.subarray(start, start + step));
    await pause(4);
  }
}

function write(socket: Socket, data: string | Buffer): Promise<void> {
  return new Promise((resolve) => socket.write(data, () => resolve()));
}
