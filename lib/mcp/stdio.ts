import { createLog, type Log } from '../log.ts';
import { loadSdk, loadStdio } from './sdk.ts';
import { createDesk, type McpServices } from './server.ts';

export interface StdioOptions {
  /** Ends it, as does a client that closes its end. */
  signal?: AbortSignal;
  /** @default nothing is written */
  log?: Log;
}

/**
 * Serves one client on standard input and output until it has gone and no tool runs any more.
 * @param open opens what is served, at the first request for it
 * @throws VideoToolsetError `missing_package`
 */
export async function serveMcpStdio(
  open: () => Promise<McpServices>,
  { signal, log = createLog() }: StdioOptions = {},
): Promise<void> {
  const [sdk, { serveStdio, StdioServerTransport }] = await Promise.all([loadSdk(), loadStdio()]);
  const desk = createDesk(sdk, open, log);
  const session = desk.newSession();
  const transport = new StdioServerTransport();
  const connection = serveStdio(() => desk.serverFor(session), {
    transport,
    onerror: (error) => log.debug('MCP', { error: error.message }),
  });
  await new Promise<void>((resolve) => {
    const { onclose } = transport;
    transport.onclose = () => {
      onclose?.();
      resolve();
    };
    const end = () => void connection.close();
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
  await desk.end();
}
