import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';

/**
 * Loading this module checks every answer of every studio in this process against the descriptions. Node and fastify
 * announce servers and requests themselves, so no studio knows of it. A child process loads it by `CHECKED`.
 */

/** Arguments of a child process whose studios are checked too. */
export const CHECKED = ['--import', import.meta.url];
/** Where a child process notes what is wrong; elsewhere it is thrown, and fails the test that runs. */
export const FINDINGS = 'TEST_FINDINGS';

const studios = new WeakSet<Server>();

subscribe('fastify.initialization', (message) => {
  const { fastify } = Object(message);
  studios.add(fastify.server);
});

subscribe('http.server.request.start', (message) => {
  const { server, request, response } = Object(message);
  if (studios.has(server)) check(request, response);
});

function check(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  let type = '';
  const { writeHead, write, end } = response;
  const keep = (chunk: unknown) => {
    if (!type.startsWith('application/json')) return;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  Object.assign(response, {
    writeHead(...args: unknown[]) {
      const headers: Record<string, unknown> = { ...response.getHeaders(), ...Object(args.at(-1)) };
      type = String(headers['content-type'] ?? '');
      return Reflect.apply(writeHead, response, args);
    },
    write(...args: unknown[]) {
      keep(args[0]);
      return Reflect.apply(write, response, args);
    },
    end(...args: unknown[]) {
      keep(args[0]);
      return Reflect.apply(end, response, args);
    },
  });
  response.once('finish', () => {
    const { method = '', url = '' } = request;
    if (method === 'HEAD' || method === 'OPTIONS' || isBesideApi(url, response.statusCode)) return;
    try {
      const { checkAnswer } = loadContract();
      const body = type.startsWith('application/json') ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
      checkAnswer(method, new URL(url, 'http://studio').href, response.statusCode, body, type);
    } catch (error) {
      report(error);
    }
  });
}

/** What is no operation of the API is not described by it; errors look the same everywhere. */
function isBesideApi(url: string, status: number): boolean {
  return status < 400 && !url.startsWith('/v1/');
}

/** Loaded when the first studio answers, and at once, because a command may end right after its last answer. */
function loadContract(): typeof import('./contract.ts') {
  return createRequire(import.meta.url)('./contract.ts');
}

function report(error: unknown): void {
  const file = process.env[FINDINGS];
  if (file !== undefined) {
    appendFileSync(file, `${error}\n`);
    return;
  }
  // Not inside the server's own turn, which must go on.
  setImmediate(() => {
    throw error;
  });
}
