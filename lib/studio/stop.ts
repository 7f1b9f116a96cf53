import type { FastifyInstance } from 'fastify';
import { RequestError } from './answers.ts';

const RETRY_SECONDS = 2;

/** @returns stops the server: answers that have begun may end within the grace, and nothing new is let in */
export function registerStop(server: FastifyInstance, graceMs: number): () => Promise<void> {
  let isStopping = false;

  server.addHook('onRequest', async () => {
    if (!isStopping) return;
    throw new RequestError(503, 'The studio is being stopped: nothing was done.', {
      code: 'stopping',
      retryAfterSeconds: RETRY_SECONDS,
    });
  });

  server.addHook('onSend', async (_request, reply) => {
    if (isStopping) reply.header('connection', 'close');
  });

  return async () => {
    isStopping = true;
    const impatience = setTimeout(() => server.server.closeAllConnections(), graceMs);
    await server.close();
    clearTimeout(impatience);
  };
}
