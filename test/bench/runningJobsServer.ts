import { createServer } from 'node:http';

/** Every job runs for ten minutes from the first time it is asked for, and says how far it is. In a process of its own, so that it measures nobody. */
const JOB_MS = 600_000;
const started = new Map<string, number>();

const server = createServer(({ url = '' }, response) => {
  const id = url.split('/').at(-1) ?? '';
  const now = Date.now();
  const since = started.get(id) ?? now;
  started.set(id, since);
  const job = {
    id,
    object: 'video',
    model: 'sora-2',
    status: 'in_progress',
    progress: Math.min(99, Math.floor((100 * (now - since)) / JOB_MS)),
    created_at: Math.floor(since / 1_000),
    size: '1280x720',
    seconds: '8',
    prompt: 'A paper boat drifts down a rain gutter at dusk',
  };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(job));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1\n`);
});
