import type { ServerResponse } from 'node:http';
import { KEY } from '../../support/key.ts';
import { mp4 } from '../../support/media.ts';
import { answerJson, listen, type Received } from '../../support/server.ts';
import type { Answer, Dialect, ProviderJob } from './dialects.ts';

export interface TestProvider extends AsyncDisposable {
  origin: string;
  /** What was asked for and accepted: each of them costs. */
  jobs: ProviderJob[];
  /** Requests that told how a clip stands. */
  polls(): number;
  /** Lets every answer go that is held, and makes every slow clip. */
  release(): void;
}

/**
 * A provider on this machine, who is paid for what it accepts. Words in a prompt choose what befalls it: `[refused]` and
 * `[429]` (the first time) before it is accepted; `[500]`, `[lost]` and `[held]` after it; `[slow]`, `[fails]` and
 * `[blocked]` while it is made; `[503]`, `[reset]`, `[unknown]`, `[broken]`, `[page]` and `[torn]` at the first polls,
 * `[forgotten]` at every one; `[cut]` and `[gone]` at the first download, `[words]` at every one.
 */
export async function startProvider(dialect: Dialect): Promise<TestProvider> {
  const jobs: ProviderJob[] = [];
  const seen = new Set<string>();
  let polls = 0;
  let isReleased = false;
  const gate = Promise.withResolvers<void>();

  const isFirst = (what: string): boolean => !seen.has(what) && Boolean(seen.add(what));
  const answer = (response: ServerResponse, [status, body]: Answer) => answerJson(response, body, status);
  const unknown: Answer = [404, dialect.refused(404, 'Nothing.')];

  const start = async (request: Received, response: ServerResponse) => {
    const body = dialect.bodyOf ? await dialect.bodyOf(request) : JSON.parse(request.body.toString());
    const prompt = String(dialect.promptOf(body));
    if (!dialect.isAuthorized(request)) return answer(response, [401, dialect.refused(401, `No such key: ${KEY}`)]);
    if (prompt.includes('[refused]')) return answer(response, [400, dialect.refused(400, 'It is too long.')]);
    if (prompt.includes('[unsafe]'))
      return answer(response, [400, dialect.refused(400, 'Against our content policy.')]);
    if (prompt.includes('[429]') && isFirst(`429 ${prompt}`))
      return answerJson(response, dialect.refused(429, 'Too many.'), 429, { 'retry-after': '0' });
    const job = { id: `job${jobs.length}`, prompt, body };
    jobs.push(job);
    if (prompt.includes('[held]')) await gate.promise;
    if (prompt.includes('[lost]')) return response.destroy();
    if (prompt.includes('[500]')) return answer(response, [500, dialect.refused(500, 'Oh.')]);
    if (dialect.whole !== undefined) return await deliver(job, dialect.whole, response);
    answer(response, dialect.started(job, origin));
  };

  const deliver = async (job: ProviderJob, whole: NonNullable<Dialect['whole']>, response: ServerResponse) => {
    const { prompt } = job;
    if (prompt.includes('[slow]')) await gate.promise;
    if (prompt.includes('[fails]')) return answer(response, dialect.failed(job, origin));
    if (prompt.includes('[blocked]')) return answer(response, dialect.blocked(job, origin));
    const { type, body } = whole(job, prompt.includes('[words]') ? Buffer.from('<html>Not here</html>') : clipOf(job));
    response.writeHead(200, { 'content-type': type, 'content-length': body.length });
    if (prompt.includes('[cut]')) return response.write(body.subarray(0, 100), () => response.destroy());
    return response.end(body);
  };

  const poll = (job: ProviderJob, response: ServerResponse) => {
    polls++;
    const { prompt } = job;
    if (prompt.includes('[503]') && isFirst(`503 ${job.id}`)) return answer(response, [503, { message: 'busy' }]);
    if (prompt.includes('[reset]') && isFirst(`reset ${job.id}`)) return response.destroy();
    if (prompt.includes('[unknown]') && isFirst(`unknown ${job.id}`)) return answer(response, unknown);
    if (prompt.includes('[forgotten]')) return answer(response, unknown);
    if (prompt.includes('[broken]') && isFirst(`broken ${job.id}`)) return answer(response, [500, { message: 'Oh.' }]);
    if (prompt.includes('[page]') && isFirst(`page ${job.id}`))
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Back soon</html>');
    if (prompt.includes('[torn]') && isFirst(`torn ${job.id}`)) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
      return response.write('{"status":', () => response.destroy());
    }
    if ((prompt.includes('[slow]') && !isReleased) || isFirst(job.id))
      return answer(response, dialect.pending(job, origin));
    if (prompt.includes('[fails]')) return answer(response, dialect.failed(job, origin));
    if (prompt.includes('[blocked]')) return answer(response, dialect.blocked(job, origin));
    answer(response, dialect.done(job, dialect.fileOf(job, origin), origin));
  };

  const download = (job: ProviderJob, request: Received, response: ServerResponse) => {
    const { prompt } = job;
    const wantsKey = dialect.fileOf(job, '').includes('?');
    if (wantsKey && !request.url.startsWith('/signed/')) {
      if (!request.url.endsWith(`&key=${KEY}`)) return response.writeHead(403).end();
      return response.writeHead(302, { location: `/signed/files/${job.id}` }).end();
    }
    if (JSON.stringify([request.headers, request.url]).includes(KEY)) return response.writeHead(500).end();
    if (prompt.includes('[gone]') && isFirst(`gone ${job.id}`)) return response.writeHead(404).end();
    if (prompt.includes('[words]')) return response.writeHead(200).end('<html>Not here</html>');
    const clip = clipOf(job);
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': clip.length });
    if (prompt.includes('[cut]') && isFirst(`cut ${job.id}`)) {
      return response.write(clip.subarray(0, 100), () => response.destroy());
    }
    return response.end(clip);
  };

  const server = await listen((request, response) => {
    if (dialect.isStart(request)) return start(request, response);
    const isPost = request.method === 'POST' && request.url === dialect.pollPath;
    const [id] = /job\d+/.exec(isPost ? request.body.toString() : request.url) ?? [];
    const job = jobs.find((known) => known.id === id);
    if (job === undefined || !(isPost || request.method === 'GET')) return answer(response, unknown);
    return request.url.includes('/files/') ? download(job, request, response) : poll(job, response);
  });
  const { origin } = new URL(server.baseUrl);

  return {
    origin,
    jobs,
    polls: () => polls,
    release() {
      isReleased = true;
      gate.resolve();
    },
    async [Symbol.asyncDispose]() {
      gate.resolve();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The bytes of a job's clip. */
export function clipOf({ id }: Pick<ProviderJob, 'id'>): Buffer {
  return mp4(Buffer.alloc(4_096, `frame of ${id};`));
}
