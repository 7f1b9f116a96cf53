import path from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Log } from '../../log.ts';
import { RequestError, videoResource } from '../answers.ts';
import type { Job } from '../job.ts';
import { createEventStreams } from './events.ts';
import { cardQuery, wholeNumber } from './query.ts';
import { type JobReads, openJobReads } from './reads.ts';
import type { Choices, ClipFacts, Details } from './wire.ts';

/** The page's files as they are, in a clone and in the package. */
const FILES = path.join(import.meta.dirname, 'browser');

/** The page fetches nothing from elsewhere, runs nothing but its own files, and makes no markup of texts. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export interface PageOptions {
  /** The studio's own folder. */
  folder: string;
  find(id: string): Promise<Job>;
  /** What others know of a clip; undefined where they know nothing. */
  factsOf?: ((id: string) => Promise<ClipFacts | undefined>) | undefined;
  choices: Choices;
  callerOf(request: FastifyRequest): string;
  callers: number;
  log: Log;
}

export interface Page {
  /** How many listen. */
  readonly streams: number;
}

/** The page where people look at clips, at `/`, and what it asks for beside the Videos API, below `/studio`. */
export function registerPage(server: FastifyInstance, options: PageOptions): Page {
  const { folder, find, factsOf, choices, callerOf, callers, log } = options;
  let opened: Promise<JobReads> | undefined;
  const reads = (): Promise<JobReads> => {
    opened ??= openJobReads(folder).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const streams = createEventStreams(reads, callers, log);
  server.addHook('preClose', async () => streams.close());
  server.addHook('onClose', async () => (await opened)?.close());

  server.register(async (page) => {
    page.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS));

    page.get('/', async (_request, reply) => reply.sendFile('index.html', FILES));

    page.get<{ Params: { file: string } }>('/studio/page/:file', async ({ params }, reply) =>
      reply.sendFile(params.file, FILES),
    );

    page.get('/studio/choices', async () => choices);

    page.get<{ Querystring: Record<string, unknown> }>('/studio/jobs', async ({ query }, reply) => {
      reply.header('cache-control', 'no-store');
      return (await reads()).page(cardQuery(query));
    });

    page.get<{ Params: { id: string } }>('/studio/jobs/:id', async ({ params }, reply): Promise<Details> => {
      reply.header('cache-control', 'no-store');
      const job = await find(params.id);
      const facts = await factsOf?.(job.id).catch((error) => {
        log.debug('studio: nothing can be told of cost and publication', { error: String(error) });
      });
      return {
        video: videoResource(job),
        operation: job.operation,
        family: await (await reads()).family(job.id),
        facts: facts ?? null,
      };
    });

    page.get<{ Querystring: Record<string, unknown> }>(
      '/studio/events',
      { exposeHeadRoute: false },
      async (request, reply) => {
        const { id, query, headers } = request;
        const caller = callerOf(request);
        const since = headers['last-event-id'] ?? query.since;
        const version = since === undefined ? undefined : wholeNumber('since', since);
        if (streams.isFull(caller)) throw new RequestError(503, 'Too many pages listen to this studio at once.');
        reply.hijack();
        const stream = { caller, headers: { ...SECURITY_HEADERS, 'x-request-id': id }, since: version };
        await streams.open(reply.raw, stream).catch((error) => {
          log.debug('studio: a page cannot be told what it missed', { error: String(error) });
          reply.raw.destroy();
        });
      },
    );
  });

  return {
    get streams() {
      return streams.size;
    },
  };
}
