import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pageOf } from '../dialects/jobs.ts';
import { answerJson, listen, type Received } from '../support/server.ts';
import { type Operation, type Order, orderOf } from './order.ts';
import { inHalves, paidJobOf, serveClip, servePoster } from './paidClip.ts';
import { type PaidJob, type PaidOrder, type Provider, providerAt } from './providerClient.ts';

export interface ProviderSettings {
  /** Pauses of a create: before it is accepted, then before its answer, then in the middle of the answer. */
  acceptMs: number;
  answerMs: number;
  bodyMs: number;
  /** From acceptance to the finished clip. */
  jobMs: number;
  /** Pause in the middle of a clip's bytes. */
  contentMs: number;
  /** What `GET /v1/videos` tells. */
  list: 'all' | 'no prompts' | 'missing';
  /** How long after its acceptance a job comes up in the list. */
  lagMs: number;
  /** How far ahead of ours its clock is, which `Date` and `created_at` tell. */
  clockAheadMs: number;
  /** Does a create with an idempotency key that was seen before give the job it gave then? */
  takesKeys: boolean;
  /** What befalls the next creates, one each, whatever their prompts say. */
  next: readonly Fault[];
  /** What befalls every create after those. */
  every: Fault;
  /** How long its 429 asks to be left alone, in milliseconds. */
  retryAfterMs: number;
  /** What it does not offer. */
  missing: readonly Operation[];
}

/** `429` and `moderated` refuse a create before it is accepted; the others as a prompt's words do. */
export type Fault = 'nothing' | '429' | 'moderated' | 'lost' | '5xx' | 'held' | 'fails';

const SETTINGS: ProviderSettings = {
  ...{ acceptMs: 0, answerMs: 0, bodyMs: 0, jobMs: 0, contentMs: 0 },
  ...{ list: 'all', lagMs: 0, clockAheadMs: 0, takesKeys: false },
  ...{ next: [], every: 'nothing', retryAfterMs: 50, missing: [] },
};

interface Job extends PaidJob, Order {
  fault: Fault;
  isForgotten: boolean;
}

const MODERATION = 'Your request was blocked by our moderation system.';
const CHARACTER = { id: 'char_0a1b2c3d4e5f', object: 'character', created_at: 1_760_000_000 };

/**
 * A server that is paid for each create it accepts, whoever is still there to read the answer. Words in a prompt choose
 * what befalls its creates, the first one or the first `n`: `[429=n]` refuses before acceptance; `[lost=n]` resets the
 * connection, and `[5xx=n]` fails, after it; `[held=n]` keeps the answer back until it is released. `[fails]` makes a job
 * that ends as failed.
 */
export async function startProvider(settings: Partial<ProviderSettings> = {}): Promise<Provider> {
  let now: ProviderSettings = { ...SETTINGS, ...settings };
  const jobs: Job[] = [];
  const keys = new Map<string, Job>();
  const asked = new Map<string, number>();
  let creates = 0;
  let released = Promise.withResolvers<void>();

  const accept = (order: Order, fault: Fault, key: string | undefined): Job => {
    const present = key === undefined || !now.takesKeys ? undefined : keys.get(key);
    if (present !== undefined) return present;
    const paid = paidJobOf(String(order.fields.prompt));
    const job = { ...paid, ...order, fault, isForgotten: false };
    jobs.push(job);
    if (key !== undefined) keys.set(key, job);
    return job;
  };

  /** What is made of a clip is as long and as large as it, and longer by what is added. */
  const shapeOf = ({ operation, fields, source }: Job): { seconds: string; size: unknown } => {
    const origin = jobs.find(({ id }) => id === source);
    const { seconds, size } = origin === undefined ? { seconds: '4', size: '720x1280' } : shapeOf(origin);
    const { seconds: asked = operation === 'extend' ? 0 : seconds } = fields;
    const whole = operation === 'extend' && origin !== undefined ? Number(seconds) + Number(asked) : asked;
    return { seconds: String(whole), size: fields.size ?? size };
  };

  const view = (job: Job) => {
    const { id, prompt, fields, fault, acceptedAt } = job;
    const isDone = Date.now() >= acceptedAt + now.jobMs;
    const isFailed = isDone && (fault === 'fails' || prompt.includes('[fails]'));
    return {
      ...{ id, object: 'video', model: fields.model ?? 'painter-1', prompt, ...shapeOf(job) },
      status: isFailed ? 'failed' : isDone ? 'completed' : 'in_progress',
      progress: isDone ? 100 : 50,
      created_at: Math.floor((acceptedAt + now.clockAheadMs) / 1_000),
      error: isFailed ? { code: 'out_of_memory', message: 'The GPU ran out of memory.' } : null,
    };
  };

  const create = async (order: Order, request: Received, response: ServerResponse): Promise<unknown> => {
    creates++;
    const prompt = String(order.fields.prompt);
    const [fault = now.every, ...next] = now.next;
    now = { ...now, next };
    const turn = (asked.get(prompt) ?? 0) + 1;
    asked.set(prompt, turn);
    const befalls = (word: Fault) => fault === word || turn <= (marked(prompt, word) ?? 0);
    if (befalls('429'))
      return refuse(response, 429, 'Too many requests.', { 'retry-after-ms': String(now.retryAfterMs) });
    if (befalls('moderated')) return refuse(response, 400, MODERATION, {}, 'moderation_blocked');
    await sleep(now.acceptMs);
    const { 'idempotency-key': key } = request.headers;
    const job = accept(order, fault, typeof key === 'string' ? key : undefined);
    if (befalls('held')) await released.promise;
    await sleep(now.answerMs);
    if (befalls('lost')) return response.socket?.resetAndDestroy();
    if (befalls('5xx')) return refuse(response, 502, 'The upstream server did not answer.');
    const body = Buffer.from(JSON.stringify(view(job)));
    return await inHalves(response, 200, { 'content-type': 'application/json' }, body, now.bodyMs);
  };

  const list = (query: URLSearchParams, response: ServerResponse): unknown => {
    if (now.list === 'missing') return refuse(response, 405, 'Method Not Allowed');
    const listed = jobs.filter((job) => !job.isForgotten && Date.now() >= job.acceptedAt + now.lagMs);
    const { page, hasMore } = pageOf(listed, query);
    const data = page.map((job) => ({ ...view(job), ...(now.list === 'no prompts' && { prompt: null }) }));
    const ends = { first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return answerJson(response, { object: 'list', data, has_more: hasMore, ...ends });
  };

  const orderView = (job: Job): PaidOrder => {
    const { id, prompt, operation, fields, files, isForgotten } = job;
    return { id, prompt, operation, fields, files, isForgotten, ...shapeOf(job), size: String(shapeOf(job).size) };
  };

  const control = async (path: string, request: Received, response: ServerResponse): Promise<unknown> => {
    const body = request.body.length === 0 ? {} : JSON.parse(request.body.toString());
    if (path === '/_settings') now = { ...now, ...body };
    if (path === '/_orders') return answerJson(response, { orders: jobs.map(orderView) });
    if (path === '/_forget') for (const job of jobs) job.isForgotten ||= job.id === body.id;
    if (path === '/_release') {
      released.resolve();
      released = Promise.withResolvers();
    }
    return answerJson(response, {
      creates,
      jobs: jobs.map(({ id, prompt, bytes, sha256, acceptedAt }) => ({ id, prompt, bytes, sha256, acceptedAt })),
    });
  };

  const server = await listen(async (request, response) => {
    const url = new URL(request.url, 'http://provider');
    if (url.pathname.startsWith('/_')) return await control(url.pathname, request, response);
    response.setHeader('date', new Date(Date.now() + now.clockAheadMs).toUTCString());
    if (request.method === 'POST') {
      const order = orderOf(request);
      if (now.missing.includes(order.operation)) return refuse(response, 405, 'Method Not Allowed');
      if (order.operation === 'characters') return answerJson(response, { ...CHARACTER, name: order.fields.name });
      return await create(order, request, response);
    }
    if (url.pathname === '/v1/videos') return list(url.searchParams, response);
    const [, id, part] = /^\/v1\/videos\/([^/]+)(\/content)?$/.exec(url.pathname) ?? [];
    const job = jobs.find((candidate) => candidate.id === id && !candidate.isForgotten);
    if (job === undefined) return refuse(response, 404, 'There is no such video.');
    if (request.method === 'DELETE') {
      job.isForgotten = true;
      return answerJson(response, { id, object: 'video.deleted', deleted: true });
    }
    if (part === undefined) return answerJson(response, view(job));
    if (url.searchParams.get('variant') === 'thumbnail') return servePoster(response);
    return await serveClip(job, request, response, now.contentMs);
  });
  return providerAt(server.baseUrl, () => server[Symbol.asyncDispose]());
}

/** How often a word stands for in a prompt; 1 where it has no number. */
function marked(prompt: string, word: string): number | undefined {
  const [found, count] = new RegExp(`\\[${word}(?:=(\\d+))?\\]`).exec(prompt) ?? [];
  return found === undefined ? undefined : Number(count ?? 1);
}

function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
  code: string | null = null,
): void {
  answerJson(response, { error: { message, type: 'error', param: null, code } }, status, headers);
}
