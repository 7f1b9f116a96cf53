import { once } from 'node:events';
import { createServer } from 'node:http';
import { VideoToolsetError } from '../../errors.ts';
import type { WorkerStatus } from './worker.ts';

export interface Health extends AsyncDisposable {
  port: number;
}

/**
 * Answers `GET /healthz`: 200 while the worker works, 503 while it cannot reach Postgres or is about to end.
 * @param place a port of this machine alone, or `host:port`
 */
export async function serveHealth(place: string, statusOf: () => WorkerStatus): Promise<Health> {
  const { host, port } = addressOf(place);
  const server = createServer((request, response) => {
    const isAsked = request.method === 'GET' && request.url?.split('?')[0] === '/healthz';
    const { code, body } = isAsked ? answerOf(statusOf()) : { code: 404, body: { error: 'There is only /healthz.' } };
    response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(`${JSON.stringify(body)}\n`);
  }).listen(port, host);
  await once(server, 'listening').catch((cause) => {
    throw new VideoToolsetError('invalid_argument', `--health: ${place} cannot be listened on.`, {
      cause,
      next_step: 'Choose another port.',
    });
  });
  server.unref();
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerOf({ isConnected, isStopping, running, published, lastSuccessAt, trouble }: WorkerStatus) {
  const status = isStopping ? 'stopping' : isConnected ? 'working' : 'disconnected';
  const body = {
    ...{ status, connected: isConnected, running, published },
    last_success: lastSuccessAt === undefined ? null : new Date(lastSuccessAt).toISOString(),
    ...(trouble && { trouble }),
  };
  return { code: status === 'working' ? 200 : 503, body };
}

function addressOf(place: string): { host: string; port: number } {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(place) ?? [];
  if (port !== '' && Number(port) <= 65_535) return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  throw new VideoToolsetError(
    'invalid_argument',
    `--health must be a port or HOST:PORT, not ${JSON.stringify(place)}.`,
  );
}
