import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  status: number;
  /** Head and body as they came. */
  text: string;
  /** Bytes that went out before the connection ended. */
  sent: number;
}

/**
 * Sends bytes as they are, as long as the server takes them, and tells what came back when the connection ended.
 * @param chunks after the head; endless ones end with the connection
 */
export async function sendRaw(baseUrl: string, head: string, chunks: Iterable<Buffer> = []): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('latin1').on('data', (more) => {
    text += more;
  });
  const closed = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve));
  socket.write(head.replaceAll('\n', '\r\n'));
  await Promise.race([sendAll(socket, chunks), closed]);
  await closed;
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text, sent: socket.bytesWritten };
}

async function sendAll(socket: Socket, chunks: Iterable<Buffer>): Promise<void> {
  for (const chunk of chunks) {
    if (socket.destroyed) return;
    if (!socket.write(chunk)) await once(socket, 'drain').catch(() => undefined);
  }
}

/** The same again and again. */
export function* endless(chunk: Buffer): Generator<Buffer> {
  while (true) yield chunk;
}
