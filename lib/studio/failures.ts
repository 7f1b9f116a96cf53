import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { systemCode, VideoToolsetError } from '../errors.ts';
import type { Log } from '../log.ts';
import { giveNotice, RequestError, sendError } from './answers.ts';

export const requestId = (): string => `req_${randomUUID().replaceAll('-', '')}`;

/** Answers to requests that reach no route and no hook. */
export const earlyFailures: Pick<FastifyServerOptions, 'frameworkErrors' | 'clientErrorHandler'> = {
  frameworkErrors(error, request: FastifyRequest, reply: FastifyReply) {
    reply.header('x-request-id', request.id);
    sendFailure(reply, error);
  },

  clientErrorHandler(error, socket) {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const [status, message] = EARLY[error.code] ?? EARLY.OTHER;
    const body = JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: null } });
    const head = [
      `HTTP/1.1 ${status}`,
      ...['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close'],
      `x-request-id: ${requestId()}`,
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
  },
};

const EARLY: Record<string, readonly [status: string, message: string]> & { OTHER: readonly [string, string] } = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too large.'],
  OTHER: ['400 Bad Request', 'This is no HTTP request that can be understood.'],
};

/** Every failure in the envelope of the Videos API. */
export function registerFailures(server: FastifyInstance, log: Log): void {
  server.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    giveNotice(reply);
  });
  server.setErrorHandler((error, request, reply) => {
    const status = sendFailure(reply, error);
    if (status >= 500) log.debug('studio: a request failed', { request: request.id, error: String(error) });
  });
  server.setNotFoundHandler((request, reply) =>
    sendError(reply, 404, `Unknown request URL: ${request.method} ${request.url.split('?')[0]}.`, 'unknown_url'),
  );
}

/** @returns the status */
function sendFailure(reply: FastifyReply, error: unknown): number {
  const { status, message, code, param, retryAfterSeconds } = failureOf(error);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  sendError(reply, status, message, code, param);
  return status;
}

function failureOf(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  const code = systemCode(error);
  const isFull =
    (error instanceof VideoToolsetError && error.code === 'disk_full') || code === 'ENOSPC' || code === 'EDQUOT';
  if (isFull)
    return new RequestError(507, 'The disk of the studio is full: nothing was kept of this request.', {
      code: 'disk_full',
    });
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500 && error instanceof Error) return new RequestError(status, error.message);
  return new RequestError(500, 'The studio failed to handle this request.');
}
