import type { Readable } from 'node:stream';
import { type Dispatcher, EnvHttpProxyAgent, type FormData } from 'undici';
import type { Config } from '../../types/config.ts';
import { secretsOf } from '../config.ts';
import { VideoToolsetError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Clock, systemClock } from './clock.ts';
import { decoded } from './decoded.ts';
import { discard } from './discard.ts';
import { isPrivateAddress, publicLookup, requireFetchable } from './foreign.ts';
import { parseJson, readError, readMade, readText } from './read.ts';
import { failureOf, refusalOf } from './refusal.ts';
import { withRetry } from './retry.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const MOST_REDIRECTS = 5;
const ATTEMPTS = 4;
const RETRY_DEADLINE_MS = 60_000;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the base URL; built with the `path` tag. */
  path: string;
  query?: Record<string, string>;
  body?: { json: unknown } | { form: FormData };
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Does this call make a job, so that it costs money and must never be sent twice? */
  makesJob?: boolean;
  /** Repeats a call that failed for a passing reason. @default true, except for a call that makes a job */
  retry?: boolean;
  /** Is this HTTP error an answer all the same? */
  isAnswer?: (status: number, data: unknown) => boolean;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Readable;
  /** Are the chunks of the body nobody else's, so that whoever has read one may free its memory? @default false */
  ownsChunks?: boolean;
}

export interface JsonResponse {
  status: number;
  data: unknown;
  headers: HttpResponse['headers'];
}

export interface Http {
  /** The whole answer as JSON; `undefined` for an empty one. */
  json(request: HttpRequest): Promise<JsonResponse>;
  /** A stream of bytes, which the caller must consume or destroy. */
  stream(request: HttpRequest): Promise<HttpResponse>;
  /**
   * A stream from an address that a server named, redirects followed; with our credentials only at the API's own origin,
   * and never from a private address while the API is elsewhere.
   */
  streamFrom(
    address: string,
    options: { headers: Record<string, string>; signal?: AbortSignal | undefined },
  ): Promise<HttpResponse>;
  close(): Promise<void>;
}

export type HttpConfig = Pick<Config, 'apiKey' | 'headers' | 'query' | 'requestTimeoutMs'> & {
  baseUrl: string;
  log: Log;
  refuses429BeforeJob: boolean;
  clock?: Clock;
  /** Fetches addresses that a server names even from private networks. @default false */
  allowPrivateAddresses?: boolean;
  /** In place of our own connections: a proxy, a certificate authority, a pool. */
  dispatcher?: Dispatcher;
};

/**
 * The transport: base URL, credentials, time-outs, retries, and errors in the project's own form. It knows no endpoint.
 *
 * A call that makes a job goes out once, over HTTP/1.1 on a connection of its own, so that an idle socket that closes
 * under it does not leave an open question. `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are honoured.
 */
export function createHttp(config: HttpConfig): Http {
  const base = new URL(config.baseUrl);
  const { clock = systemClock, refuses429BeforeJob } = config;
  const secrets = [...secretsOf(config), ...Object.values(config.headers)];
  const context = { host: base.hostname, refuses429BeforeJob };
  const connections = {
    headersTimeout: config.requestTimeoutMs,
    bodyTimeout: config.requestTimeoutMs,
    connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, config.requestTimeoutMs) },
  };
  const shared = config.dispatcher ?? new EnvHttpProxyAgent(connections);

  const allowPrivate = config.allowPrivateAddresses === true || isPrivateHost(base.hostname);
  const elsewhere =
    config.dispatcher ??
    new EnvHttpProxyAgent({
      ...connections,
      connect: { ...connections.connect, ...(!allowPrivate && { lookup: publicLookup }) },
    });
  const credentials = {
    ...(config.apiKey !== undefined && { authorization: `Bearer ${config.apiKey}` }),
    ...lowerCased(config.headers),
  };

  const open = async (
    { method, signal }: Pick<HttpRequest, 'method' | 'signal'>,
    url: URL,
    headers: Record<string, string>,
    redirectsLeft = MOST_REDIRECTS,
  ): Promise<HttpResponse> => {
    const isOwn = url.origin === base.origin;
    if (!isOwn) requireFetchable(url, base, allowPrivate);
    const { statusCode: status, ...response } = await (isOwn ? shared : elsewhere).request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...headers, ...(isOwn && credentials) },
      signal: signal ?? null,
    });
    const { location } = response.headers;
    if (status < 300 || status > 399 || typeof location !== 'string' || redirectsLeft === 0)
      return { status, ...response, ownsChunks: config.dispatcher === undefined };
    discard(response.body);
    return await open({ method, signal }, new URL(location, url), headers, redirectsLeft - 1);
  };

  const exchange = async (request: HttpRequest, dispatcher: Dispatcher): Promise<HttpResponse> => {
    if (request.signal?.aborted) {
      throw new VideoToolsetError('aborted', `${request.method} ${request.path} was stopped before it was sent.`);
    }
    const started = performance.now();
    const response = await dispatcher.request({
      origin: base.origin,
      path: base.pathname + request.path + queryText({ ...config.query, ...request.query }),
      method: request.method,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(request.body && 'json' in request.body && { 'content-type': 'application/json' }),
        ...request.headers,
        ...credentials,
      },
      body: bodyOf(request),
      signal: request.signal ?? null,
      reset: request.makesJob === true,
    });
    const ms = Math.round(performance.now() - started);
    const { statusCode: status, headers, body } = response;
    config.log.debug('request', { method: request.method, path: request.path, status, ms });
    return { status, headers, body };
  };

  const accepted = async (request: HttpRequest, response: HttpResponse): Promise<HttpResponse> => {
    const { status: statusCode, headers, body } = response;
    if (statusCode < 300 || request.isAnswer?.(statusCode, undefined)) return response;
    throw refusalOf(
      request,
      { statusCode, headers },
      await readError(decoded(body, headers['content-encoding']), secrets),
      context,
    );
  };

  const readJson = async (request: HttpRequest, dispatcher: Dispatcher): Promise<JsonResponse> => {
    const { status, headers, body } = await exchange(request, dispatcher);
    if (status < 300) {
      const plain = decoded(body, headers['content-encoding']);
      const text = await (request.makesJob ? readMade(plain, String(headers['content-type'])) : readText(plain));
      return { status, data: parseJson(masked(text, secrets)), headers };
    }
    const data = await readError(decoded(body, headers['content-encoding']), secrets);
    if (request.isAnswer?.(status, data)) return { status, data, headers };
    throw refusalOf(request, { statusCode: status, headers }, data, context);
  };

  const explained = async <T>(request: HttpRequest, call: () => Promise<T>): Promise<T> => {
    const attempt = async () => {
      try {
        return await call();
      } catch (error) {
        throw failureOf(error, request, base.host);
      }
    };
    // A refusal before the job is made may be followed by a new attempt; so may a call that makes none.
    const mayRepeat = request.retry ?? (!request.makesJob || refuses429BeforeJob);
    if (!mayRepeat) return await attempt();
    return await withRetry(
      attempt,
      { attempts: ATTEMPTS, deadlineMs: RETRY_DEADLINE_MS, signal: request.signal },
      clock,
    );
  };

  const onFreshConnection = async <T>(use: (dispatcher: Dispatcher) => Promise<T>): Promise<T> => {
    if (config.dispatcher !== undefined) return await use(config.dispatcher);
    const fresh = new EnvHttpProxyAgent({ ...connections, allowH2: false });
    try {
      return await use(fresh);
    } finally {
      await fresh.destroy();
    }
  };

  return {
    json: (request) =>
      explained(request, () =>
        request.makesJob ? onFreshConnection((dispatcher) => readJson(request, dispatcher)) : readJson(request, shared),
      ),

    stream: (request) =>
      explained(request, async () => {
        const url = new URL(
          base.origin + base.pathname + request.path + queryText({ ...config.query, ...request.query }),
        );
        return await accepted(request, await open(request, url, request.headers ?? {}));
      }),

    async streamFrom(address, { headers, signal }) {
      const url = URL.parse(address, config.baseUrl);
      if (url === null) throw new VideoToolsetError('invalid_response', 'The server names an address that is none.');
      const request: HttpRequest = { method: 'GET', path: url.pathname, signal, isAnswer: (status) => status === 416 };
      return await explained(request, async () => await accepted(request, await open(request, url, headers)));
    },

    async close() {
      if (config.dispatcher === undefined) await Promise.all([shared.destroy(), elsewhere.destroy()]);
    },
  };
}

function isPrivateHost(hostname: string): boolean {
  return hostname === 'localhost' || isPrivateAddress(hostname);
}

/** Proxies copy what they were sent into jobs and errors; the exact values only, so that signed addresses survive. */
function masked(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= 8);
  return known.reduce((result, secret) => result.replaceAll(secret, '[secret]'), text);
}

function queryText(query: Record<string, string>): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function bodyOf({ body }: HttpRequest): string | FormData | null {
  if (body === undefined) return null;
  return 'json' in body ? JSON.stringify(body.json) : body.form;
}
