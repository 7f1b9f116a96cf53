import type { ServerResponse } from 'node:http';
import { parseMultipart } from '../dialects/multipart.ts';
import { mp4, webp } from '../support/media.ts';
import { answerJson, listen, type Received, type TestServer } from '../support/server.ts';

export interface WatchfulServer extends TestServer {
  /** What arrived that no careful client sends. */
  complaints: string[];
}

/** A server that makes a clip of everything at once, and complains of each request that is not well formed. */
export async function startWatchfulServer(secret: string): Promise<WatchfulServer> {
  const complaints: string[] = [];
  let made = 0;
  const server = await listen((request, response) => {
    const problem = request.body.includes(secret) ? 'a file out of reach' : problemOf(request);
    if (problem !== undefined) {
      complaints.push(`${request.method} ${request.url} ${request.body.toString().slice(0, 300)}: ${problem}`);
    }
    if (request.method === 'POST') made++;
    answer(request, response, made);
  });
  return { ...server, complaints, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const CLIP = mp4(Buffer.alloc(2_000));

function answer({ method, url }: Received, response: ServerResponse, made: number): unknown {
  const { pathname, searchParams } = new URL(url, 'http://server');
  const [, , , id = '', part] = pathname.split('/');
  if (id === 'characters') return answerJson(response, { id: 'char_1', name: 'Mossy', created_at: 1 });
  if (method === 'POST') return answerJson(response, { id: `video_made${made}`, status: 'completed', seconds: '4' });
  if (id === '') return answerJson(response, { object: 'list', data: [], has_more: false });
  if (!/^video_\w+$/.test(id)) return answerJson(response, { error: { message: 'No such video.' } }, 404);
  if (method === 'DELETE') return answerJson(response, { id, deleted: true });
  if (part !== 'content') return answerJson(response, { id, status: 'completed', seconds: '4', prompt: 'A boat' });
  const isVideo = !searchParams.has('variant');
  return response.writeHead(200, { 'content-type': isVideo ? 'video/mp4' : 'image/webp' }).end(isVideo ? CLIP : webp());
}

function problemOf({ method, url, headers, body }: Received): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://server');
  const [root, version, videos, id, ...rest] = url.split('?')[0]?.split('/') ?? [];
  if (root !== '' || version !== 'v1' || videos !== 'videos' || pathname !== url.split('?')[0]) return 'an odd path';
  if (id !== undefined && !isId(id)) return 'an odd id';
  if (rest.length > 1 || (rest[0] !== undefined && !isId(rest[0]))) return 'an odd path below the id';
  if (method === 'POST') return problemOfJob(id, rest[0], fieldsOf(headers['content-type'], body));
  if (id === undefined) return problemOfList(searchParams);
  return method === 'GET' || method === 'DELETE' ? undefined : 'an odd method';
}

function isId(encoded: string): boolean {
  const id = decodeURIComponent(encoded);
  return (
    id !== '' && id.length <= 1_024 && !/[\p{Cc}\s]/u.test(id) && !id.split('/').some((part) => /^\.{1,2}$/.test(part))
  );
}

function problemOfList(query: URLSearchParams): string | undefined {
  const limit = Number(query.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) return 'an odd limit';
  return ['asc', 'desc', null].includes(query.get('order')) ? undefined : 'an odd order';
}

function problemOfJob(id: string | undefined, part: string | undefined, fields: Record<string, unknown>) {
  const { prompt, seconds, size, name, video } = fields;
  if (id === 'characters') {
    return typeof name === 'string' && name.length <= 80 && video === 'a file' ? undefined : 'an odd character';
  }
  if (typeof prompt !== 'string' || prompt.trim() === '' || prompt.length > 32_000) return 'an odd prompt';
  if (seconds !== undefined && !(/^[1-9]\d*$/.test(String(seconds)) && Number(seconds) <= 600)) return 'odd seconds';
  if (size !== undefined && !/^[1-9]\d+x[1-9]\d+$/.test(String(size))) return 'an odd size';
  if (id === undefined) return undefined;
  if (id !== 'edits' && id !== 'extensions') return part === 'remix' ? undefined : 'an odd operation';
  if (id === 'extensions' && seconds === undefined) return 'an extension without seconds';
  const source: { id?: unknown } = Object(video);
  return video === 'a file' || (typeof source.id === 'string' && isId(encodeURIComponent(source.id)))
    ? undefined
    : 'an odd source';
}

function fieldsOf(type: string | undefined, body: Buffer): Record<string, unknown> {
  const parts = parseMultipart(type, body);
  if (parts === undefined) return JSON.parse(body.toString());
  return Object.fromEntries(
    parts.map(({ name, filename, bytes }) => [name, filename === undefined ? bytes.toString() : 'a file']),
  );
}
