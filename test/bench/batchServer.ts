import { createServer } from 'node:http';
import { mp4, webp } from '../support/media.ts';

/** A video server that takes every create, and ends each job after so long: `node batchServer.ts JOB_MS`. In a process of its own, so that it measures nobody. */
const jobMs = Number(process.argv[2]);
const clip = mp4(Buffer.alloc(8_000, 'frame;'));
const started: number[] = [];

const view = (id: string) => {
  const since = started[Number(id.slice('video_'.length))] ?? 0;
  const share = Math.min(1, (Date.now() - since) / jobMs);
  return {
    ...{ id, object: 'video', model: 'painter-1', size: '1280x720', seconds: '4' },
    status: share < 1 ? 'in_progress' : 'completed',
    progress: Math.floor(100 * share),
    created_at: Math.floor(since / 1_000),
  };
};

const server = createServer((request, response) => {
  const [, , , id = '', part] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
  if (request.method === 'POST') {
    const made = `video_${started.push(Date.now()) - 1}`;
    request
      .resume()
      .on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify(view(made))));
    return;
  }
  if (part === undefined) {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(view(id)));
    return;
  }
  const isPicture = request.url?.includes('thumbnail') === true;
  response.setHeader('content-type', isPicture ? 'image/webp' : 'video/mp4').end(isPicture ? webp() : clip);
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1\n`);
});
