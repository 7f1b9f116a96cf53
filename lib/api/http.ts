import { Agent, Client, type Dispatcher, type FormData } from 'undici';
import type { Config } from '../../types/config.ts';
import type { ErrorCode } from '../../types/error.ts';
import { secretsOf } from '../config.ts';
import { ApiError, type ErrorFacts, systemCode, VideoToolsetError } from '../errors.ts';
import { type Log, redact } from '../log.ts';
import { parseErrorBody } from './parse.ts';

const MAX_JSON_BYTES = 16 * 1024 * 1024;
const NEVER_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

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
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Dispatcher.ResponseData['body'];
}

export interface JsonResponse {
  data: unknown;
  headers: HttpResponse['headers'];
}

export interface Http {
  /** The whole answer as JSON; `undefined` for an empty one. */
  json(request: HttpRequest): Promise<JsonResponse>;
  /** A stream of bytes, which the caller must consume or destroy. */
  stream(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

type HttpConfig = Pick<Config, 'apiKey' | 'headers' | 'query' | 'requestTimeoutMs'> & { baseUrl: string; log: Log };

/**
 * The transport: base URL, credentials, time-outs, and errors in the project's own form. It knows no endpoint.
 *
 * A call that makes a job goes out once, over HTTP/1.1 on a connection of its own, so that an idle socket that closes
 * under it does not leave an open question.
 */
export function createHttp(config: HttpConfig): Http {
  const base = new URL(config.baseUrl);
  const secrets = secretsOf(config);
  const timeouts = { headersTimeout: config.requestTimeoutMs, bodyTimeout: config.requestTimeoutMs };
  const agent = new Agent({ ...timeouts, connect: { timeout: Math.min(10_000, config.requestTimeoutMs) } });

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
        ...(config.apiKey !== undefined && { authorization: `Bearer ${config.apiKey}` }),
        accept: 'application/json',
        ...(request.body && 'json' in request.body && { 'content-type': 'application/json' }),
        ...request.headers,
        ...lowerCased(config.headers),
      },
      body: bodyOf(request),
      signal: request.signal ?? null,
      reset: request.makesJob === true,
    });
    const ms = Math.round(performance.now() - started);
    config.log.debug('request', { method: request.method, path: request.path, status: response.statusCode, ms });
    if (response.statusCode >= 300) throw await refusal(request, response, secrets);
    return { status: response.statusCode, headers: response.headers, body: response.body };
  };

  const withinOneConnection = async <T>(use: (dispatcher: Dispatcher) => Promise<T>): Promise<T> => {
    const client = new Client(base.origin, { ...timeouts, allowH2: false, connect: { timeout: 10_000 } });
    try {
      return await use(client);
    } finally {
      await client.destroy();
    }
  };

  return {
    async json(request) {
      const send = async (dispatcher: Dispatcher): Promise<JsonResponse> => {
        const response = await exchange(request, dispatcher);
        return { data: parseJson(await boundedText(response.body)), headers: response.headers };
      };
      try {
        return await (request.makesJob ? withinOneConnection(send) : send(agent));
      } catch (error) {
        throw explain(error, request, base.host);
      }
    },

    async stream(request) {
      try {
        return await exchange(request, agent);
      } catch (error) {
        throw explain(error, request, base.host);
      }
    },

    close: () => agent.destroy(),
  };
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

async function boundedText(body: HttpResponse['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_JSON_BYTES)
      throw new VideoToolsetError('invalid_response', 'The server answered with more than 16 MiB of JSON.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VideoToolsetError('invalid_response', 'The server answered with something that is not JSON.', { cause });
  }
}

async function refusal(
  request: HttpRequest,
  response: Dispatcher.ResponseData,
  secrets: readonly string[],
): Promise<ApiError> {
  const status = response.statusCode;
  // Some servers repeat the key that they refuse.
  const text = redact(await boundedText(response.body).catch(() => ''), secrets);
  let body: unknown = text;
  try {
    body = parseJson(text);
  } catch {
    // An HTML or plain text page: its words are the message.
  }
  const { message, ...detail } = parseErrorBody(body);
  const requestId = response.headers['x-request-id'];
  if (typeof requestId === 'string') Object.assign(detail, { request_id: requestId });
  const code = codeOfStatus(status, detail.code);
  const facts = factsOf(status, request.makesJob === true);
  const said = message === undefined ? '' : `: ${message}`;
  const id = typeof requestId === 'string' ? ` (request ${requestId})` : '';
  return new ApiError(
    code,
    `${request.method} ${request.path} was answered with HTTP ${status}${said}${id}`,
    status,
    detail,
    facts,
  );
}

function codeOfStatus(status: number, serverCode: string | undefined): ErrorCode {
  if (/moderation|content_(filter|policy)|policy_violation|sentinel_block/.test(serverCode ?? ''))
    return 'moderation_blocked';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404) return 'not_found';
  if (status === 405 || status === 501) return 'unsupported';
  if (status === 429) return 'rate_limited';
  if (status === 408 || status >= 500) return 'server_error';
  return status < 400 ? 'invalid_response' : 'bad_request';
}

function factsOf(status: number, makesJob: boolean): ErrorFacts {
  if (status === 401 || status === 403)
    return { next_step: 'Check apiKey (VIDEO_API_KEY) and the account it belongs to.' };
  if (makesJob && (status === 408 || status >= 500)) return UNKNOWN_OUTCOME;
  if (status === 429 || status === 408 || status >= 500)
    return { retryable: true, next_step: 'Try the same call again later.' };
  if (status === 404) return { next_step: 'Check the id: video_list shows the jobs this server knows.' };
  if (status >= 400) return { next_step: 'Correct what the message names, then make the call again.' };
  return {};
}

const UNKNOWN_OUTCOME: ErrorFacts = {
  submitted: 'unknown',
  next_step: 'The job may have been made: look for it with video_list before anything is created again.',
};

/** A failure below HTTP, said in terms of what it means for the job. */
function explain(error: unknown, request: HttpRequest, host: string): unknown {
  const call = `${request.method} ${request.path}`;
  if (error instanceof ApiError) {
    return error.code === 'server_error' && error.facts.submitted === 'unknown'
      ? new ApiError('outcome_unknown', error.message, error.status, error.detail, { ...error.facts, cause: error })
      : error;
  }
  if (error instanceof VideoToolsetError && (!request.makesJob || error.code === 'aborted')) return error;
  const code = systemCode(error);
  if (NEVER_CONNECTED.includes(code ?? '')) {
    return new VideoToolsetError('server_unreachable', `The video server at ${host} cannot be reached (${code}).`, {
      cause: error,
      retryable: true,
      next_step: 'Check that the server runs and that VIDEO_BASE_URL names it, then make the same call again.',
    });
  }
  if (request.signal?.aborted && !request.makesJob) {
    return new VideoToolsetError('aborted', `${call} was stopped.`, { cause: error });
  }
  if (request.makesJob) {
    const message = `${call} was sent, but its answer was lost (${code ?? messageOf(error)}).`;
    return new VideoToolsetError('outcome_unknown', message, { ...UNKNOWN_OUTCOME, cause: error });
  }
  return new VideoToolsetError('server_error', `${call} failed on the way (${code ?? messageOf(error)}).`, {
    cause: error,
    retryable: true,
    next_step: 'Try the same call again.',
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
