import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from './answers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The most that a form may have here. @default as much as any other body */
    formBytes?: number;
  }
}

/** Bodies up to this size are not counted. */
const SMALL_BYTES = 64 * 1024;
/** No body takes more memory: what is larger goes to the disk, or is only looked at. */
const MOST_IN_MEMORY_BYTES = 32 * 1024 * 1024;
const BUSY_RETRY_SECONDS = 1;
const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];
/** Three times as many as the longest prompt can have. */
const MOST_SIGNS = 100_000;
/** A sender that has its answer already may go on for so long, or the answer would be lost on it. */
const LINGER_MS = 5_000;
const LINGER_BYTES = 64 * 1024 * 1024;
const LINGER_CHECK_MS = 20;

export interface BodiesOptions {
  mostMemoryBytes: number;
  /** Between so many it is divided. */
  callers: number;
  callerOf(request: FastifyRequest): string;
}

/** Refuses bodies that are too large or too intricate before they are read, and more of them than there is memory for. */
export function registerBodies(server: FastifyInstance, options: BodiesOptions): void {
  const { mostMemoryBytes, callers, callerOf } = options;
  const share = Math.max(MOST_IN_MEMORY_BYTES, mostMemoryBytes / callers);
  const shares = new Map<string, number>();
  let claimed = 0;

  const add = (caller: string, bytes: number): void => {
    claimed += bytes;
    shares.set(caller, (shares.get(caller) ?? 0) + bytes);
  };

  server.addHook('onRequest', async (request, reply) => {
    const most = bodyLimitOf(request);
    const bytes = announcedBytes(request);
    if (bytes !== undefined && bytes > most) throw bodyTooLarge(most);
    const claim = Math.min(bytes ?? most, MOST_IN_MEMORY_BYTES);
    if (claim <= SMALL_BYTES) return;
    const caller = callerOf(request);
    if (claimed + claim > mostMemoryBytes || (shares.get(caller) ?? 0) + claim > share) throw busy();
    add(caller, claim);
    reply.raw.once('close', () => add(caller, -claim));
  });

  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (isIntricate(text)) done(tooIntricate());
    else parse(request, text, done);
  });

  server.addHook('onSend', async ({ raw }, reply) => {
    // A connection that is closed at once takes the answer along.
    if (!raw.complete) reply.removeHeader('connection');
  });

  server.addHook('onResponse', async ({ raw }) => {
    if (!raw.complete) linger(raw);
  });
}

export function bodyLimitOf(request: FastifyRequest): number {
  const { bodyLimit, config } = request.routeOptions;
  const isForm = /^multipart\//i.test(request.headers['content-type'] ?? '');
  return (isForm ? config?.formBytes : undefined) ?? bodyLimit;
}

export function bodyTooLarge(mostBytes: number): RequestError {
  return new RequestError(413, `The body has more than ${mostBytes} bytes.`, { code: 'body_too_large' });
}

/** Undefined where a body comes whose length nobody knows. */
function announcedBytes({ headers }: FastifyRequest): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined;
  return Number(headers['content-length'] ?? 0);
}

/** Could be parsed for seconds, into gigabytes, by its brackets and commas; a picture in base64 has none of them. */
function isIntricate(json: string): boolean {
  let signs = 0;
  for (let index = 0; index < json.length && signs <= MOST_SIGNS; index++) {
    const code = json.charCodeAt(index);
    if (code === COMMA || code === BRACKET || code === BRACE) signs++;
  }
  return signs > MOST_SIGNS;
}

function tooIntricate(): RequestError {
  return new RequestError(400, 'The JSON of the body holds more lists, objects and values than any request has.', {
    code: 'invalid_body',
  });
}

function busy(): RequestError {
  return new RequestError(429, 'The studio takes too many large bodies at this moment: nothing of this one was read.', {
    code: 'busy',
    retryAfterSeconds: BUSY_RETRY_SECONDS,
  });
}

function linger(raw: IncomingMessage): void {
  const { socket } = raw;
  const [bytes, began] = [socket.bytesRead, performance.now()];
  const timer = setInterval(() => {
    const isTooMuch = socket.bytesRead - bytes > LINGER_BYTES || performance.now() - began > LINGER_MS;
    if (isTooMuch) socket.destroy();
    if (isTooMuch || raw.complete || socket.destroyed) clearInterval(timer);
  }, LINGER_CHECK_MS);
  timer.unref();
  raw.unpipe();
  raw.resume();
}
