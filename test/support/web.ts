import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import mime from 'mime-types';
import { listen, type Received } from './server.ts';

export interface Web extends AsyncDisposable {
  origin: string;
  received: Received[];
}

/**
 * What a web server does with a folder: HEAD, GET and parts of a file, below any first name of a path.
 * @param answer answers in its place where it returns true
 */
export async function serveFolder(
  folder: string,
  answer: (request: Received, response: ServerResponse) => boolean = () => false,
): Promise<Web> {
  const server = await listen(async (request, response) => {
    if (answer(request, response)) return;
    const { method, url, headers } = request;
    const [, , ...parts] = decodeURIComponent(new URL(url, 'http://host').pathname).split('/');
    const file = path.join(folder, ...parts);
    const stats = await stat(file).catch(() => undefined);
    if (stats?.isFile() !== true) return response.writeHead(404).end();
    const part = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    const [start, end] =
      part === null ? [0, stats.size - 1] : [Number(part[1]), Math.min(Number(part[2]), stats.size - 1)];
    response.writeHead(part === null ? 200 : 206, {
      'content-type': mime.lookup(file) || 'application/octet-stream',
      'content-length': end - start + 1,
      ...(part !== null && { 'content-range': `bytes ${start}-${end}/${stats.size}` }),
    });
    if (method === 'HEAD') return response.end();
    return createReadStream(file, { start, end }).pipe(response);
  });
  return {
    origin: new URL(server.baseUrl).origin,
    received: server.received,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
