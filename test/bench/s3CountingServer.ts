import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

/** An S3 server that keeps names and checksums and no bytes; in a process of its own, so that it measures nobody. */
const BYTES = Number(process.argv[2]);
const noted = new Map<string, string>();

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const { method = '', headers } = request;
  const list: Buffer[] = [];
  request.on('data', (chunk: Buffer) => {
    if (method === 'POST') list.push(chunk);
  });
  request.on('end', () => {
    const sum = headers['x-amz-checksum-sha256'];
    if (sum !== undefined) response.setHeader('x-amz-checksum-sha256', sum);
    response.setHeader('etag', '"1"');
    const sha256 = noted.get(pathname);
    if (method === 'HEAD') {
      response.writeHead(sha256 === undefined ? 404 : 200, {
        'content-length': BYTES,
        'x-amz-meta-sha256': sha256 ?? '',
      });
      response.end();
      return;
    }
    response.setHeader('content-type', 'application/xml');
    if (headers['x-amz-copy-source'] !== undefined) noted.set(pathname, String(headers['x-amz-meta-sha256']));
    const id = searchParams.has('uploads') ? '<UploadId>1</UploadId>' : '';
    response.end(`<R><ETag>"1"</ETag>${id}${composite(Buffer.concat(list).toString())}</R>`);
  });
});

function composite(parts: string): string {
  const sums = [...parts.matchAll(/<ChecksumSHA256>([^<]*)</g)].map(([, sum = '']) => Buffer.from(sum, 'base64'));
  const value = `${createHash('sha256').update(Buffer.concat(sums)).digest('base64')}-${sums.length}`;
  return sums.length === 0 ? '' : `<ChecksumSHA256>${value}</ChecksumSHA256>`;
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}\n`);
});
