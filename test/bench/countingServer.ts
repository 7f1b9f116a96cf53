import { createServer } from 'node:http';

/** Takes what it is sent and counts it; refuses less than BYTES: `node countingServer.ts BYTES`. In a process of its own, so that it measures nobody. */
const least = Number(process.argv[2]);

const server = createServer((request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on('end', () => {
    response.writeHead(bytes >= least ? 200 : 400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: 'char_1', object: 'character', name: 'Ada', created_at: 1 }));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1\n`);
});
