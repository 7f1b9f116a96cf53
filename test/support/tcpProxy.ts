import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type TcpProxy = {
  port: number;
  connections(): number;
  /** The addresses of all that ever connected. */
  peers(): ReadonlySet<string>;
  /** From now on nothing goes through, and nobody is told: as if a cable were pulled. */
  cut(): void;
  /** What was cut is broken, and new connections go through. */
  heal(): void;
} & AsyncDisposable;

export interface TcpProxyOptions {
  /** The first connection is reset once so many bytes went through it, both ways together; later ones are left alone. @default never */
  resetAfterBytes?: number;
  /** The address that it is reached at. @default that of loopback */
  host?: string;
}

/** Stands between a client and a port of loopback. */
export async function startTcpProxy(target: number, options: TcpProxyOptions = {}): Promise<TcpProxy> {
  const { resetAfterBytes = Number.POSITIVE_INFINITY, host = '127.0.0.1' } = options;
  const sockets = new Set<Socket>();
  const peers = new Set<string>();
  let count = 0;
  let isCut = false;
  const server = createServer((near) => {
    const isFirst = count++ === 0;
    sockets.add(near);
    if (near.remoteAddress !== undefined) peers.add(near.remoteAddress);
    near.on('error', () => undefined).on('close', () => sockets.delete(near));
    if (isCut) return void near.pause();
    const far = connect(target, '127.0.0.1');
    sockets.add(far);
    far.on('close', () => sockets.delete(far));
    let passed = 0;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
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
        .on('drain', () => {
          if (!isCut) to.resume();
        });
    }
  }).listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  const closeAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => count,
    peers: () => peers,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    heal() {
      isCut = false;
      closeAll();
    },
    async [Symbol.asyncDispose]() {
      closeAll();
      server.close();
      await once(server, 'close');
    },
  };
}
