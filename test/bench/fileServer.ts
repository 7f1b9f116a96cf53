import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';

/** A video server with one finished job whose clip is a file: `node fileServer.ts FILE`. In a process of its own, so that it measures nobody. */
const [file = ''] = process.argv.slice(2);
const { size } = statSync(file);
const JOB = JSON.stringify({
  id: 'v',
  object: 'video',
  model: 'm',
  status: 'completed',
  progress: 100,
  created_at: 1,
  size: '1280x720',
  seconds: '4',
});

const server = createServer((request, response) => {
  if (!request.url?.includes('/content')) return response.setHeader('content-type', 'application/json').end(JOB);
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': size, etag: '"v"' });
  return createReadStream(file, { highWaterMark: 1024 * 1024 }).pipe(response);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1\n`);
});
