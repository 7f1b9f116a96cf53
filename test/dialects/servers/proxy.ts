import { gzipSync } from 'node:zlib';
import { KEY } from '../../support/key.ts';
import { type Dialect, EVERY_OPERATION, startDialect } from '../dialect.ts';
import { createJobs } from '../jobs.ts';
import { CLIP } from '../media.ts';
import { type Answer, bytes, json, listen, type Received, text } from '../server.ts';
import { referenceHandler } from './reference.ts';

const PAGE = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>';

export interface ProxyOptions {
  /** What stands where the bytes should be. @default 'redirect' */
  content?: 'redirect' | 'json';
}

export interface Proxy extends Dialect {
  /** What reached the other origin that clips lie at. */
  stored: readonly Received[];
}

/** The reference behind gateways: its polls are empty, broken and compressed, its clips lie elsewhere. */
export async function startProxy({ content = 'redirect' }: ProxyOptions = {}): Promise<Proxy> {
  const storage = await listen(() => bytes(CLIP));
  const jobs = createJobs((number) => `video_px${number}`, { pollsToEnd: 4 });
  const polls = new Map<string, number>();
  const reference = referenceHandler(jobs, {
    isAuthorised: ({ headers }) => headers.authorization === `Bearer ${KEY}`,
  });
  const facts = {
    name: 'proxy',
    server: 'openai',
    connection: { apiKey: KEY, headers: { 'x-team': 'secret-team' } },
    offers: EVERY_OPERATION,
    refuses: [],
    variants: ['video'],
  } as const;
  const dialect = await startDialect(facts, jobs, async (request) => {
    const answer = await reference(request);
    if (request.path.endsWith('/content') && answer.status !== 400) {
      const location = `${storage.origin}/clip.mp4?X-Amz-Signature=abc`;
      return content === 'redirect' ? { status: 302, headers: { location } } : json({ error: 'upstream is busy' });
    }
    const isPoll = request.method === 'GET' && /\/videos\/video_px\d+$/.test(request.path);
    const count = (polls.get(request.path) ?? 0) + 1;
    if (isPoll) polls.set(request.path, count);
    if (isPoll && count === 1) return { status: 202 };
    return isPoll && count === 2 ? text(PAGE, 502, 'text/html') : compressed(answer);
  });
  return Object.defineProperties(
    {
      ...dialect,
      stored: storage.received,
      async [Symbol.asyncDispose]() {
        await dialect[Symbol.asyncDispose]();
        await storage[Symbol.asyncDispose]();
      },
    },
    { created: { get: () => dialect.created } },
  );
}

function compressed({ headers = {}, body = '', status = 200 }: Answer): Answer {
  if (headers['content-type'] !== 'application/json') return { headers, body, status };
  return { status, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
}
