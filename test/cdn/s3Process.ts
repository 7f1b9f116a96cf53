import { startFauxqs } from 'fauxqs';

/** An S3 server with a bucket named clips, in a process of its own: it keeps all objects in memory. */
const server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1', init: { buckets: ['clips'] } });
process.stdout.write(`http://127.0.0.1:${server.port}\n`);
