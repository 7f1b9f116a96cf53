import { createHash } from 'node:crypto';
import { request as forward, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Question {
  operation: string;
  method: string;
  url: URL;
  /** Bucket and name, decoded. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Additions {
  /** Conditions on a copy and on the end of an upload. @default false */
  hasConditions?: boolean;
  /** SHA-256 checksums. @default false */
  hasChecksums?: boolean;
}

export interface Upstream {
  ask(question: Question): Promise<Answer>;
  /** Uploads in parts that were begun and neither completed nor aborted, by their id. */
  uploads: Map<string, { name: string; initiated: Date }>;
}

const NOTHING = Buffer.alloc(0);
const SUM = /<ChecksumSHA256>([^<]*)<\/ChecksumSHA256>/g;

/** A real S3 server, and what AWS has beyond it: copies of parts and lists of uploads always, the rest on demand. */
export function createUpstream(target: string, { hasConditions = false, hasChecksums = false }: Additions): Upstream {
  const uploads: Upstream['uploads'] = new Map();
  const partSums = new Map<string, Map<number, string>>();
  const sums = new Map<string, { value: string; type: 'FULL_OBJECT' | 'COMPOSITE' }>();
  let turn: Promise<unknown> = Promise.resolve();

  async function askUnlessTaken(question: Question): Promise<Answer> {
    const { pathname } = question.url;
    const { status } = await fetchFrom(target, { method: 'HEAD', path: pathname, headers: {}, body: NOTHING });
    return status === 200 ? errorAnswer(412, 'PreconditionFailed') : await answer(question);
  }

  async function answer(question: Question): Promise<Answer> {
    const { operation, path, headers, url, body } = question;
    const id = url.searchParams.get('uploadId') ?? '';
    if (operation === 'ListMultipartUploads') return listUploads(url.searchParams.get('prefix') ?? '');
    if (operation === 'UploadPartCopy') return await copyPart(question);
    const sent = headers['x-amz-checksum-sha256'];
    if (hasChecksums && sent !== undefined && sent !== sumOf(body)) return errorAnswer(400, 'BadDigest');
    const isCompletion = operation === 'CompleteMultipartUpload';
    const listed = isCompletion ? [...body.toString().matchAll(SUM)].map(([, sum]) => sum) : [];
    if (isCompletion && hasChecksums && listed.join() !== inOrder(partSums.get(id)).join())
      return errorAnswer(400, 'InvalidPart');
    const passed = isCompletion ? Buffer.from(body.toString().replace(SUM, '')) : body;
    const result = await fetchFrom(target, { ...question, path: url.pathname + url.search, body: passed });
    if (result.status >= 300) return result;
    if (isCompletion || operation === 'AbortMultipartUpload') uploads.delete(id);
    if (operation === 'CreateMultipartUpload') {
      const [, begun = ''] = /<UploadId>([^<]*)</.exec(result.body.toString()) ?? [];
      uploads.set(begun, { name: path, initiated: new Date() });
    }
    if (hasChecksums) {
      note(question, id);
      tell(question, result);
    }
    return result;
  }

  function note({ operation, path, headers, url, body }: Question, id: string): void {
    if (operation === 'PutObject') sums.set(path, { value: sumOf(body), type: 'FULL_OBJECT' });
    if (operation === 'CopyObject') {
      const source = sums.get(decodeURIComponent(String(headers['x-amz-copy-source'])));
      if (source !== undefined) sums.set(path, source);
    }
    if (operation === 'UploadPart' && headers['x-amz-checksum-sha256'] !== undefined) {
      const known = partSums.get(id) ?? new Map<number, string>();
      partSums.set(id, known.set(Number(url.searchParams.get('partNumber')), sumOf(body)));
    }
    if (operation === 'CompleteMultipartUpload') {
      const parts = inOrder(partSums.get(id)).map((sum) => Buffer.from(sum, 'base64'));
      if (parts.length > 0)
        sums.set(path, { value: `${sumOf(Buffer.concat(parts))}-${parts.length}`, type: 'COMPOSITE' });
    }
  }

  function tell({ operation, path, headers }: Question, result: Answer): void {
    const sent = headers['x-amz-checksum-sha256'];
    if (operation === 'UploadPart' && sent !== undefined) result.headers['x-amz-checksum-sha256'] = sent;
    const sum = sums.get(path);
    if (sum === undefined) return;
    if (operation === 'PutObject' || operation === 'HeadObject') {
      result.headers['x-amz-checksum-sha256'] = sum.value;
      result.headers['x-amz-checksum-type'] = sum.type;
    }
    if (operation === 'CompleteMultipartUpload') {
      const end = '</CompleteMultipartUploadResult>';
      const text = result.body.toString().replace(end, `<ChecksumSHA256>${sum.value}</ChecksumSHA256>${end}`);
      result.body = Buffer.from(text);
    }
  }

  function listUploads(prefix: string): Answer {
    const rows = [...uploads].map(([id, { name, initiated }]) => {
      const key = name.replace(/^[^/]*\//, '');
      const time = initiated.toISOString();
      const row = `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${time}</Initiated></Upload>`;
      return key.startsWith(prefix) ? row : '';
    });
    return xmlAnswer(200, `<ListMultipartUploadsResult>${rows.join('')}</ListMultipartUploadsResult>`);
  }

  async function copyPart({ headers, url }: Question): Promise<Answer> {
    const path = `/${String(headers['x-amz-copy-source'])}`;
    const range = String(headers['x-amz-copy-source-range']);
    const { body } = await fetchFrom(target, { method: 'GET', path, headers: { range }, body: NOTHING });
    const part = { method: 'PUT', path: url.pathname + url.search, headers: {}, body };
    const { etag } = (await fetchFrom(target, part)).headers;
    return xmlAnswer(200, `<CopyPartResult><ETag>${etag}</ETag></CopyPartResult>`);
  }

  return {
    uploads,
    async ask(question) {
      if (!hasConditions || question.headers['if-none-match'] !== '*') return await answer(question);
      // One at a time, as the look and the write have to be one.
      const asking = turn.then(() => askUnlessTaken(question));
      turn = asking.catch(() => undefined);
      return await asking;
    },
  };
}

export function errorAnswer(status: number, code: string, extra = ''): Answer {
  return xmlAnswer(status, `<Error><Code>${code}</Code><Message>No.</Message>${extra}</Error>`);
}

function xmlAnswer(status: number, text: string): Answer {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function sumOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

function inOrder(parts = new Map<number, string>()): string[] {
  return [...parts].sort(([first], [second]) => first - second).map(([, sum]) => sum);
}

function fetchFrom(
  target: string,
  { method, path, headers, body }: { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer },
): Promise<Answer> {
  const { 'content-length': _length, connection: _connection, ...others } = headers;
  return new Promise((resolve, reject) => {
    // A kept connection may be closed by the server in the very moment it is used again.
    const options = { agent: false, method, headers: { ...others, 'content-length': String(body.length) } };
    const outgoing = forward(`${target}${path}`, options, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      buffer(response).then((read) => resolve({ status, headers: answered, body: read }), reject);
    });
    outgoing.on('error', reject).end(body);
  });
}
