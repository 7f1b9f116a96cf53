import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Config } from '../../types/config.ts';
import { secretsOf } from '../config.ts';
import { VideoToolsetError } from '../errors.ts';
import { isPrivateAddress } from '../foreign.ts';
import type { Log } from '../log.ts';
import { type Clock, systemClock } from './clock.ts';
import { type ConnectionOptions, openConnections } from './connections.ts';
import { startDeadline } from './deadline.ts';
import { decoded } from './decoded.ts';
import { failureOf } from './failure.ts';
import { askedAtHandover, type SendGate } from './handover.ts';
import { outgoingOf, type RequestBody } from './outgoing.ts';
import { parseJson, readError, readMade, readText } from './read.ts';
import { createOpener } from './redirects.ts';
import { refusalOf } from './refusal.ts';
import { withRetry } from './retry.ts';

const ATTEMPTS = 4;
const RETRY_DEADLINE_MS = 60_000;
const MOST_TIMES_KEPT_BACK = 50;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the base URL; built with the `path` tag. */
  path: string;
  query?: Record<string, string>;
  body?: RequestBody;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Does this call make a job, so that it costs money and must never be sent twice? */
  makesJob?: boolean;
  /** Who keeps the books of a call that makes a job. */
  gate?: SendGate | undefined;
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

export type HttpConfig = Pick<Config, 'apiKey' | 'headers' | 'query'> &
  ConnectionOptions & {
    baseUrl: string;
    log: Log;
    refuses429BeforeJob: boolean;
    clock?: Clock;
    /** Fetches addresses that a server names even from private networks. @default false */
    allowPrivateAddresses?: boolean;
  };

/**
 * The transport: base URL, credentials, time-outs, retries, and errors in the project's own form. It knows no endpoint.
 *
 * A call that makes a job goes out once, over HTTP/1.1 on a connection of its own, so that an idle socket that closes
 * under it does not leave an open question. Every JSON call has `requestTimeoutMs` for its whole answer, counted from its
 * start, or from the last byte that was sent.
 */
export function createHttp(config: HttpConfig): Http {
  const base = new URL(config.baseUrl);
  // The getters of a URL build their texts anew each time.
  const { origin, pathname, host } = base;
  const { clock = systemClock, refuses429BeforeJob } = config;
  const secrets = [...secretsOf(config), ...Object.values(config.headers)];
  const context = { host: base.hostname, refuses429BeforeJob };
  const allowPrivate = config.allowPrivateAddresses === true || isPrivateHost(base.hostname);
  const connections = openConnections(config, origin, allowPrivate);
  const credentials = {
    ...(config.apiKey !== undefined && { authorization: `Bearer ${config.apiKey}` }),
    ...lowerCased(config.headers),
  };
  const common = { accept: 'application/json', 'accept-encoding': 'identity' };
  const open = createOpener(connections, {
    base,
    allowPrivate,
    credentials,
    ownsChunks: config.dispatcher === undefined,
  });
  const pathOf = (request: HttpRequest) => pathname + request.path + queryText({ ...config.query, ...request.query });

  const answerOf = async (request: HttpRequest, response: HttpResponse): Promise<JsonResponse> => {
    const { status, headers } = response;
    const body = decoded(response.body, headers['content-encoding']);
    if (status < 300) {
      const text = await (request.makesJob ? readMade(body, String(headers['content-type'])) : readText(body));
      return { status, data: parseJson(masked(text, secrets)), headers };
    }
    const data = await readError(body, secrets);
    if (request.isAnswer?.(status, data)) return { status, data, headers };
    throw refusalOf(request, { statusCode: status, headers }, data, context);
  };

  const exchange = async (request: HttpRequest, dispatcher: Dispatcher): Promise<JsonResponse> => {
    const { method, path, signal } = request;
    if (signal?.aborted) throw new VideoToolsetError('aborted', `${method} ${path} was stopped before it was sent.`);
    const started = performance.now();
    const outgoing = request.body && outgoingOf(request.body, () => deadline.extend(), request.gate?.goOn);
    using deadline = startDeadline(config.requestTimeoutMs, signal);
    try {
      const response = await dispatcher.request({
        origin,
        path: pathOf(request),
        method,
        headers: { ...common, ...outgoing?.headers, ...request.headers, ...credentials },
        body: outgoing?.stream ?? null,
        signal: deadline.signal,
        reset: request.makesJob === true,
        // The deadline counts for both, and knows of what still goes out.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      const { statusCode: status, headers, body } = response;
      config.log.debug('request', { method, path, status, ms: Math.round(performance.now() - started) });
      return await answerOf(request, { status, headers, body });
    } catch (error) {
      throw failureOf(error, request, { host, nothingSent: outgoing?.isBegun === false });
    }
  };

  /** A request that was kept back because the books were busy is tried again; a refusal is noted in them. */
  const makeJob = async (request: HttpRequest): Promise<JsonResponse> => {
    const { gate } = request;
    await gate?.open(uploadBytesOf(request.body));
    for (let attempt = 1; ; attempt++) {
      try {
        return await connections.onFresh((dispatcher) =>
          exchange(request, gate === undefined ? dispatcher : askedAtHandover(dispatcher, gate.pass)),
        );
      } catch (error) {
        if (isKeptBack(error) && attempt < MOST_TIMES_KEPT_BACK)
          await clock.sleep(10 + 40 * clock.random(), request.signal);
        else {
          if (isNotSubmitted(error)) await gate?.refused(error);
          throw error;
        }
      }
    }
  };

  const repeated = async <T>(request: HttpRequest, attempt: () => Promise<T>): Promise<T> => {
    // A refusal before the job is made may be followed by a new attempt; so may a call that makes none.
    const mayRepeat = request.retry ?? (!request.makesJob || refuses429BeforeJob);
    if (!mayRepeat) return await attempt();
    return await withRetry(
      attempt,
      { attempts: ATTEMPTS, deadlineMs: RETRY_DEADLINE_MS, signal: request.signal },
      clock,
    );
  };

  const openStream = (request: HttpRequest, url: URL): Promise<HttpResponse> =>
    repeated(request, async () => {
      try {
        const response = await open(request, url);
        const { status, headers, body } = response;
        if (status < 300 || request.isAnswer?.(status, undefined)) return response;
        const said = await readError(decoded(body, headers['content-encoding']), secrets);
        throw refusalOf(request, { statusCode: status, headers }, said, context);
      } catch (error) {
        throw failureOf(error, request, { host });
      }
    });

  return {
    json: (request) =>
      repeated(request, () => (request.makesJob ? makeJob(request) : exchange(request, connections.own))),

    stream: (request) => openStream(request, new URL(origin + pathOf(request))),

    async streamFrom(address, { headers, signal }) {
      const url = URL.parse(address, config.baseUrl);
      if (url === null) throw new VideoToolsetError('invalid_response', 'The server names an address that is none.');
      const isAnswer = (status: number) => status === 416;
      return await openStream({ method: 'GET', path: url.pathname, headers, signal, isAnswer }, url);
    },

    close: () => connections.close(),
  };
}

function isKeptBack(error: unknown): boolean {
  return error instanceof VideoToolsetError && error.code === 'storage_failed' && error.facts.retryable === true;
}

function isNotSubmitted(error: unknown): boolean {
  return error instanceof VideoToolsetError && error.report().submitted === 'no';
}

function uploadBytesOf(body: RequestBody | undefined): number {
  if (body === undefined) return 0;
  if ('json' in body) return Buffer.byteLength(JSON.stringify(body.json));
  if ('multipart' in body) return body.multipart.contentLength;
  return [...body.form.values()].reduce((sum, value) => sum + (typeof value === 'string' ? 0 : value.size), 0);
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
  return Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`;
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
