import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback, isNamed, namesOf } from '../hostNames.ts';
import { RequestError } from './answers.ts';
import { createEntry } from './entry.ts';
import { readFields, textOf } from './fields.ts';
import { createRate, type RateLimit } from './rates.ts';

export interface GuardOptions {
  /** Where the studio listens. */
  host: string;
  /** Further names under which it is reached, such as a proxy's. @default [] */
  allowedHosts?: readonly string[];
  /** What clients send as bearer token, and people type once into the page; any of them. @default none is asked for */
  tokens?: readonly string[];
  /** Origins whose pages may use the studio with a token, such as `https://app.example.org`. @default [] */
  cors?: readonly string[];
  rates: GuardRates;
}

export interface GuardRates {
  /** Of one token. */
  requests: RateLimit;
  /** That make a job, of one token. */
  creates: RateLimit;
  /** Without the right token, from one address. */
  failures: RateLimit;
}

const READING = ['GET', 'HEAD', 'OPTIONS'];
/** Whoever sends it is not known yet. */
const MOST_LOGIN_BYTES = 16 * 1024;
/** What tells nothing of any clip: the page itself, the way in, and whether the studio is there. */
const OPEN_ROUTES = ['/', '/studio/page/:file', '/studio/session', '/healthz'];

/**
 * Lets nothing in that a foreign web page sends, by its Origin or by a name that was made to point here, nor anyone
 * without a token where one is set, nor more than one caller should send.
 * @returns names callers; all are one where no token is set
 */
export function registerGuard(server: FastifyInstance, options: GuardOptions): (request: FastifyRequest) => string {
  const { host, allowedHosts = [], tokens = [], cors = [], rates } = options;
  const names = isLoopback(host) ? namesOf(host, allowedHosts) : undefined;
  const allowed = allowedHosts.map((name) => name.toLowerCase());
  const entry = tokens.length === 0 ? undefined : createEntry(tokens);
  const takeRequest = createRate(rates.requests);
  const takeCreate = createRate(rates.creates);
  const takeFailure = createRate(rates.failures);
  const callers = new WeakMap<FastifyRequest, string>();

  const refuse = (request: FastifyRequest, reply: FastifyReply, message: string): never => {
    reply.header('www-authenticate', 'Bearer');
    const seconds = takeFailure(request.ip);
    if (seconds !== undefined) throw tooMany('Too many requests without the right token.', seconds);
    throw new RequestError(401, message, { code: 'invalid_api_key' });
  };

  server.addHook('onRequest', async (request, reply) => {
    // Bytes of a clip are a clip, whatever they look like.
    reply.header('x-content-type-options', 'nosniff');
    const { host: asked = '', origin } = request.headers;
    const route = request.routeOptions.url ?? '';
    if (names !== undefined && route !== '/healthz' && !isNamed(asked, names)) throw foreignHost();
    const isCors = origin !== undefined && cors.includes(origin);
    if (cors.length > 0) reply.header('vary', 'origin');
    if (isCors) reply.headers({ ...CORS_HEADERS, 'access-control-allow-origin': origin });
    if (isCors && request.headers['access-control-request-method'] !== undefined && request.method === 'OPTIONS')
      return reply.code(204).headers(PREFLIGHT_HEADERS).send();
    const isOwn =
      isCors || origin === undefined || origin.replace(/^https?:\/\//, '') === asked || isOneOf(origin, allowed);
    if (!READING.includes(request.method) && !isOwn) throw foreignOrigin();
    if (entry === undefined || OPEN_ROUTES.includes(route)) return;
    const caller =
      entry.callerOf(request) ?? refuse(request, reply, 'This studio asks for a token, and none or another one came.');
    callers.set(request, caller);
    const isCreate = request.method === 'POST';
    const seconds = takeRequest(caller) ?? (isCreate ? takeCreate(caller) : undefined);
    if (seconds !== undefined)
      throw tooMany(`This token sends ${isCreate ? 'new jobs' : 'requests'} too fast.`, seconds);
  });

  server.post('/studio/session', { bodyLimit: MOST_LOGIN_BYTES }, async (request, reply) => {
    const given = textOf('token', (await readFields(request, ['token'])).token, 1_000);
    if (entry === undefined) return reply.code(204).send();
    const cookie = entry.cookieFor(given, request) ?? refuse(request, reply, 'That is not the token.');
    return reply.code(204).header('set-cookie', cookie).send();
  });

  return (request) => callers.get(request) ?? '';
}

const CORS_HEADERS = {
  'access-control-expose-headers':
    'x-request-id, retry-after, openai-poll-after-ms, content-range, content-length, etag',
};
const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
  'access-control-allow-headers': 'authorization, content-type, idempotency-key, range, if-range, last-event-id',
  'access-control-max-age': '600',
};

function isOneOf(origin: string, names: readonly string[]): boolean {
  return URL.canParse(origin) && names.includes(new URL(origin).hostname);
}

function tooMany(message: string, retryAfterSeconds: number): RequestError {
  return new RequestError(429, `${message} Nothing was done: send the same request again later.`, {
    code: 'rate_limit_exceeded',
    retryAfterSeconds,
  });
}

function foreignHost(): RequestError {
  return new RequestError(
    403,
    'This studio is not known by that name: its Host header names neither this machine nor an allowed host (--allowed-host).',
    { code: 'foreign_host' },
  );
}

function foreignOrigin(): RequestError {
  return new RequestError(
    403,
    'A web page of another origin may change nothing here (--allowed-host and --cors allow one).',
    { code: 'foreign_origin' },
  );
}
