import { createHash } from 'node:crypto';
import { createServer, request as forward, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

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
  bytes: number;
}

export interface S3ProxyOptions {
  plan?: (request: Omit<S3Request, 'bytes'>) => S3Fault | undefined;
  /** Adds what AWS has and the server behind lacks: conditions on a copy and on the end of an upload. @default false */
  hasConditions?: boolean;
  /** Likewise: SHA-256 checksums. @default false */
  hasChecksums?: boolean;
  /** How far the server's clock is ahead: it says so in each answer, and refuses what was signed a quarter of an hour off. */
  clockAheadMs?: number;
}

export interface S3Proxy extends AsyncDisposable {
  origin: string;
  requests: S3Request[];
  /** Uploads in parts that were begun and neither completed nor aborted, by their id. */
  uploads: Map<string, { name: string; initiated: Date }>;
  /** How many requests were signed at a wrong time. */
  refused(): number;
}

const MAX_SKEW_MS = 15 * 60_000;
/** Of an answer, about. */
const HEAD_BYTES = 100;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Stands before an S3 server. It breaks what `plan` says, and adds what the server behind cannot do: copies of parts and
 * lists of uploads always, conditions and checksums on demand.
 */
export async function startS3Proxy(target: string, options: S3ProxyOptions = {}): Promise<S3Proxy> {
  const { plan = () => undefined, hasConditions = false, hasChecksums = false, clockAheadMs = 0 } = options;
  const requests: S3Request[] = [];
  const uploads: S3Proxy['uploads'] = new Map();
  const partSums = new Map<string, Map<number, Buffer>>();
  const sums = new Map<string, { value: string; type: 'FULL_OBJECT' | 'COMPOSITE' }>();
  let refused = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', target);
    const path = decodeURIComponent(url.pathname).slice(1);
    const { headers, method = '' } = request;
    const operation = operationOf(method, url, headers);
    const seen: S3Request = { operation, path, headers, bytes: 0 };
    requests.push(seen);
    const clock = Date.now() + clockAheadMs;
    const isSkewed = clockAheadMs !== 0 && Math.abs(clock - signedAt(headers)) > MAX_SKEW_MS;
    if (isSkewed) refused++;
    const fault: S3Fault | undefined = isSkewed
      ? { kind: 'answer', status: 403, code: 'RequestTimeTooSkewed' }
      : plan(seen);
    if (clockAheadMs !== 0) response.setHeader('date', new Date(clock).toUTCString());
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) {
        seen.bytes += chunk.length;
        if (fault?.kind === 'reset request' && seen.bytes >= fault.after) return void request.socket.resetAndDestroy();
        chunks.push(chunk);
      }
    } catch {
      return;
    }
    if (fault?.kind === 'reset request') return void request.socket.resetAndDestroy();
    if (fault?.kind === 'stall') return;
    if (fault?.kind === 'answer') return write(response, refusal(fault), method);
    const body = Buffer.concat(chunks);
    if (fault?.kind === 'other bytes' && body.length > 0) body[0] = (body[0] ?? 0) ^ 1;
    const ask = () => serve({ ...seen, method, url, body });
    const isConditional = hasConditions && headers['if-none-match'] === '*';
    const answering = isConditional ? turn.then(ask) : ask();
    if (isConditional) turn = answering.catch(() => undefined);
    const answer = await answering;
    if (fault?.kind !== 'reset response') return write(response, answer, method);
    // A head that arrived whole is no cut: what has no body is lost before it.
    if (method === 'HEAD' || fault.after < HEAD_BYTES) return void request.socket.resetAndDestroy();
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length + 1_000 });
    response.write(answer.body.subarray(0, fault.after - HEAD_BYTES));
    setTimeout(() => request.socket.resetAndDestroy(), 20);
  });

  async function serve(asked: S3Request & { method: string; url: URL; body: Buffer }): Promise<Answer> {
    const { operation, path, headers, url } = asked;
    if (operation === 'ListMultipartUploads') return listUploads(url.searchParams.get('prefix') ?? '');
    if (operation === 'UploadPartCopy') return await copyPart(asked);
    if (hasConditions && headers['if-none-match'] === '*') {
      const { status } = await fetchFrom(target, {
        method: 'HEAD',
        path: url.pathname,
        headers: {},
        body: Buffer.alloc(0),
      });
      if (status === 200) return refusal({ status: 412, code: 'PreconditionFailed' });
    }
    const sent = headers['x-amz-checksum-sha256'];
    const digest = createHash('sha256').update(asked.body).digest();
    if (hasChecksums && sent !== undefined && sent !== digest.toString('base64')) {
      return refusal({ status: 400, code: 'BadDigest' });
    }
    const body = Buffer.from(
      asked.body.toString('latin1').replace(/<ChecksumSHA256>[^<]*<\/ChecksumSHA256>/g, ''),
      'latin1',
    );
    const answer = await fetchFrom(target, { ...asked, path: url.pathname + url.search, body });
    if (answer.status < 300) note(asked, answer, digest);
    if (hasChecksums && answer.status === 200) addSums(asked, answer);
    if (operation === 'AbortMultipartUpload' || (operation === 'CompleteMultipartUpload' && answer.status === 200)) {
      uploads.delete(url.searchParams.get('uploadId') ?? '');
    }
    if (operation === 'CreateMultipartUpload') {
      const id = /<UploadId>([^<]*)</.exec(answer.body.toString())?.[1];
      if (id !== undefined) uploads.set(id, { name: path, initiated: new Date() });
    }
    return answer;
  }

  function note({ operation, path, headers, url }: S3Request & { url: URL }, _answer: Answer, digest: Buffer): void {
    if (operation === 'PutObject') sums.set(path, { value: digest.toString('base64'), type: 'FULL_OBJECT' });
    if (operation === 'CopyObject') {
      const source = sums.get(decodeURIComponent(String(headers['x-amz-copy-source'])));
      if (source !== undefined) sums.set(path, source);
    }
    const id = url.searchParams.get('uploadId') ?? '';
    if (operation === 'UploadPart') {
      const known = partSums.get(id) ?? new Map<number, Buffer>();
      partSums.set(id, known.set(Number(url.searchParams.get('partNumber')), digest));
    }
    if (operation === 'CompleteMultipartUpload') {
      const ordered = [...(partSums.get(id) ?? [])].sort(([a], [b]) => a - b).map(([, sum]) => sum);
      const value = `${createHash('sha256').update(Buffer.concat(ordered)).digest('base64')}-${ordered.length}`;
      sums.set(path, { value, type: 'COMPOSITE' });
    }
  }

  function addSums({ operation, path, headers }: S3Request, answer: Answer): void {
    const sent = headers['x-amz-checksum-sha256'];
    const sum = sums.get(path);
    if (operation === 'UploadPart' && sent !== undefined) answer.headers['x-amz-checksum-sha256'] = sent;
    if (sum === undefined) return;
    if (operation === 'PutObject' || operation === 'HeadObject') {
      answer.headers['x-amz-checksum-sha256'] = sum.value;
      answer.headers['x-amz-checksum-type'] = sum.type;
    }
    if (operation === 'CompleteMultipartUpload') {
      const end = '</CompleteMultipartUploadResult>';
      const text = answer.body.toString().replace(end, `<ChecksumSHA256>${sum.value}</ChecksumSHA256>${end}`);
      answer.body = Buffer.from(text);
    }
  }

  function listUploads(prefix: string): Answer {
    const listed = [...uploads].map(([id, { name, initiated }]) => ({
      id,
      initiated,
      key: name.replace(/^[^/]*\//, ''),
    }));
    const rows = listed
      .filter(({ key }) => key.startsWith(prefix))
      .map(
        ({ id, initiated, key }) =>
          `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated.toISOString()}</Initiated></Upload>`,
      );
    return xml(200, `<ListMultipartUploadsResult>${rows.join('')}</ListMultipartUploadsResult>`);
  }

  async function copyPart({ headers, url }: { headers: IncomingHttpHeaders; url: URL }): Promise<Answer> {
    const source = `/${String(headers['x-amz-copy-source'])}`;
    const range = String(headers['x-amz-copy-source-range']);
    const none = Buffer.alloc(0);
    const { body } = await fetchFrom(target, { method: 'GET', path: source, headers: { range }, body: none });
    const asked = {
      method: 'PUT',
      path: url.pathname + url.search,
      headers: { 'content-length': String(body.length) },
      body,
    };
    const { headers: answered } = await fetchFrom(target, asked);
    return xml(200, `<CopyPartResult><ETag>${answered.etag}</ETag></CopyPartResult>`);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    requests,
    uploads,
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function signedAt(headers: IncomingHttpHeaders): number {
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(String(headers['x-amz-date'])) ?? [];
  return Date.parse(`${day?.replace(/(....)(..)/, '$1-$2-')}T${time?.replace(/(..)(..)/, '$1:$2:')}Z`);
}

function operationOf(method: string, url: URL, headers: IncomingHttpHeaders): string {
  const query = url.searchParams;
  const isBucket = /^\/[^/]*\/?$/.test(url.pathname);
  if (method === 'PUT' && query.has('partNumber'))
    return headers['x-amz-copy-source'] ? 'UploadPartCopy' : 'UploadPart';
  if (method === 'PUT') return headers['x-amz-copy-source'] ? 'CopyObject' : 'PutObject';
  if (method === 'POST') return query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
  if (method === 'DELETE') return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'HEAD') return 'HeadObject';
  if (!isBucket) return 'GetObject';
  return query.has('uploads') ? 'ListMultipartUploads' : 'ListObjectsV2';
}

function refusal({
  status,
  code = 'None',
  headers = {},
  extra = '',
}: Omit<S3Fault & { kind: 'answer' }, 'kind'>): Answer {
  const answer = xml(status, `<Error><Code>${code}</Code><Message>No.</Message>${extra}</Error>`);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function xml(status: number, text: string): Answer {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function write(response: ServerResponse, { status, headers, body }: Answer, method: string): void {
  const { 'transfer-encoding': _chunked, connection: _connection, 'keep-alive': _keepAlive, date, ...others } = headers;
  if (date !== undefined && !response.hasHeader('date')) response.setHeader('date', date);
  const length = method === 'HEAD' ? headers['content-length'] : String(body.length);
  response.writeHead(status, { ...others, ...(length !== undefined && { 'content-length': length }) });
  response.end(method === 'HEAD' ? undefined : body);
}

function fetchFrom(
  target: string,
  { method, path, headers, body }: { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer },
): Promise<Answer> {
  const { 'content-length': _length, connection: _connection, ...others } = headers;
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...others, 'content-length': String(body.length) } };
    const outgoing = forward(`${target}${path}`, options, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
    });
    outgoing.on('error', reject).end(body);
  });
}
