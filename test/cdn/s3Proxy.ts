import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type Additions, type Answer, createUpstream, errorAnswer, type Upstream } from './s3Upstream.ts';

/** What the proxy does with a request beside handing it on. */
export type S3Fault =
  /** Answers in the server's place. */
  | { kind: 'answer'; status: number; code?: string; headers?: Record<string, string>; extra?: string }
  /** Cut after so many bytes of the request's body, before the server has any of it. */
  | { kind: 'reset request'; after: number }
  /** The server did it; the connection is cut after about so many bytes of its answer. */
  | { kind: 'reset response'; after: number }
  | { kind: 'other bytes' }
  /** No answer, ever. */
  | { kind: 'stall' };

export interface S3Request {
  operation: string;
  /** Bucket and name, decoded. */
  path: string;
  headers: IncomingHttpHeaders;
}

export interface S3ProxyOptions extends Additions {
  plan?: (request: S3Request) => S3Fault | undefined;
  /** How far the server's clock is ahead: each answer says so, and what was signed a quarter of an hour off is refused. */
  clockAheadMs?: number;
}

export interface S3Proxy extends AsyncDisposable {
  origin: string;
  requests: readonly S3Request[];
  uploads: Upstream['uploads'];
  /** How many requests were signed at a wrong time. */
  refused(): number;
}

const MAX_SKEW_MS = 15 * 60_000;
/** Of an answer, about. */
const HEAD_BYTES = 100;

/** Stands before an S3 server, adds what it lacks, and breaks what `plan` says. */
export async function startS3Proxy(target: string, options: S3ProxyOptions = {}): Promise<S3Proxy> {
  const { plan = () => undefined, clockAheadMs = 0 } = options;
  const upstream = createUpstream(target, options);
  const requests: S3Request[] = [];
  let refused = 0;

  const server = createServer(async (request, response) => {
    const { headers, method = '', socket } = request;
    const url = new URL(request.url ?? '/', target);
    const path = decodeURIComponent(url.pathname).slice(1);
    const seen = { operation: operationOf(method, url, headers), path, headers };
    requests.push(seen);
    const clock = Date.now() + clockAheadMs;
    if (clockAheadMs !== 0) response.setHeader('date', new Date(clock).toUTCString());
    const isSkewed = clockAheadMs !== 0 && Math.abs(clock - signedAt(headers)) > MAX_SKEW_MS;
    if (isSkewed) refused++;
    const fault = isSkewed ? refusal('RequestTimeTooSkewed') : plan(seen);

    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of request) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (fault?.kind === 'reset request' && bytes >= fault.after) break;
      }
    } catch {
      return;
    }
    if (fault?.kind === 'reset request') return void socket.resetAndDestroy();
    if (fault?.kind === 'stall') return;
    if (fault?.kind === 'answer') {
      const answer = errorAnswer(fault.status, fault.code ?? 'None', fault.extra);
      return write(response, { ...answer, headers: { ...answer.headers, ...fault.headers } }, method);
    }
    const body = Buffer.concat(chunks);
    if (fault?.kind === 'other bytes') body[0] = (body[0] ?? 0) ^ 1;
    const answer = await upstream.ask({ ...seen, method, url, body });
    if (fault?.kind !== 'reset response') return write(response, answer, method);
    // A head that arrived whole is no cut: what has no body is lost before it.
    if (method === 'HEAD' || fault.after < HEAD_BYTES) return void socket.resetAndDestroy();
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length + 1_000 });
    response.write(answer.body.subarray(0, fault.after - HEAD_BYTES));
    setTimeout(() => socket.resetAndDestroy(), 20);
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    requests,
    uploads: upstream.uploads,
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refusal(code: string): S3Fault {
  return { kind: 'answer', status: 403, code };
}

function signedAt(headers: IncomingHttpHeaders): number {
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(String(headers['x-amz-date'])) ?? [];
  return Date.parse(`${day?.replace(/(....)(..)/, '$1-$2-')}T${time?.replace(/(..)(..)/, '$1:$2:')}Z`);
}

function operationOf(method: string, url: URL, headers: IncomingHttpHeaders): string {
  const query = url.searchParams;
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  if (method === 'PUT' && query.has('partNumber')) return isCopy ? 'UploadPartCopy' : 'UploadPart';
  if (method === 'PUT') return isCopy ? 'CopyObject' : 'PutObject';
  if (method === 'POST') return query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
  if (method === 'DELETE') return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'HEAD') return 'HeadObject';
  const isBucket = /^\/[^/]*\/?$/.test(url.pathname);
  if (!isBucket) return 'GetObject';
  return query.has('uploads') ? 'ListMultipartUploads' : 'ListObjectsV2';
}

function write(response: ServerResponse, { status, headers, body }: Answer, method: string): void {
  const { 'transfer-encoding': _chunked, connection: _connection, 'keep-alive': _keepAlive, date, ...others } = headers;
  if (date !== undefined && !response.hasHeader('date')) response.setHeader('date', date);
  const length = method === 'HEAD' ? headers['content-length'] : String(body.length);
  response.writeHead(status, { ...others, ...(length !== undefined && { 'content-length': length }) });
  response.end(method === 'HEAD' ? undefined : body);
}
