import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type TcpProxy = { port: number; connections(): number } & AsyncDisposable;

/**
 * Stands between a client and a port of loopback. The first connection is reset once so many bytes went through it, both
 * ways together; later ones are left alone.
 */
export async function startTcpProxy(target: number, resetAfterBytes: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((near) => {
    const isFirst = count++ === 0;
    const far = connect(target, '127.0.0.1');
    let passed = 0;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from
        .on('error', () => undefined)
        .on('close', () => to.destroy())
        .on('data', (chunk: Buffer) => {
          const rest = isFirst ? resetAfterBytes - passed : Number.POSITIVE_INFINITY;
          passed += chunk.length;
          if (chunk.length < rest) {
            if (!to.write(chunk)) from.pause();
            return;
          }
          to.write(chunk.subarray(0, rest));
          near.resetAndDestroy();
          far.resetAndDestroy();
        })
        .on('drain', () => to.resume());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => count,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
