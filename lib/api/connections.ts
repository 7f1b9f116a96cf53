import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { usesProxy } from '../config.ts';
import { publicLookup } from '../foreign.ts';

const CONNECT_TIMEOUT_MS = 10_000;

export interface ConnectionOptions {
  /** For the whole answer of a JSON call, from the last byte that was sent; for a stream, up to its head. */
  requestTimeoutMs: number;
  /** Time for a connection to stand. @default 10,000, or requestTimeoutMs where that is less */
  connectTimeoutMs?: number;
  /** The longest pause between two bytes of a clip. @default requestTimeoutMs */
  bodyTimeoutMs?: number;
  /** In place of our own connections: a proxy, a certificate authority, a pool. An undici dispatcher. */
  dispatcher?: Dispatcher;
}

export interface Connections {
  /** To the API itself, kept open. */
  own: Dispatcher;
  /** To where it sends us. */
  elsewhere: Dispatcher;
  /** A connection that nobody used before: an idle one may close under a request, which leaves an open question. */
  onFresh<T>(use: (dispatcher: Dispatcher) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are honoured, except by a dispatcher of the caller's. */
export function openConnections(options: ConnectionOptions, origin: string, allowPrivate: boolean): Connections {
  const { requestTimeoutMs, bodyTimeoutMs = requestTimeoutMs, dispatcher } = options;
  const { connectTimeoutMs = Math.min(CONNECT_TIMEOUT_MS, requestTimeoutMs) } = options;
  if (dispatcher !== undefined) {
    return { own: dispatcher, elsewhere: dispatcher, onFresh: (use) => use(dispatcher), close: async () => undefined };
  }
  const common = {
    headersTimeout: requestTimeoutMs,
    bodyTimeout: bodyTimeoutMs,
    connect: { timeout: connectTimeoutMs },
  };
  // Without a proxy there is nothing to decide for each request.
  const open = (own: Agent.Options) => (usesProxy() ? new EnvHttpProxyAgent(own) : new Agent(own));
  const own = usesProxy() ? open(common) : new Pool(origin, common);
  const elsewhere = allowPrivate
    ? open(common)
    : open({ ...common, connect: { ...common.connect, lookup: publicLookup } });
  return {
    own,
    elsewhere,
    async onFresh(use) {
      const fresh = open({ ...common, allowH2: false });
      try {
        return await use(fresh);
      } finally {
        await fresh.destroy();
      }
    },
    async close() {
      await Promise.all([own.destroy(), elsewhere.destroy()]);
    },
  };
}
