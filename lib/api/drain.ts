import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Few large writes are faster than many small ones; a kill loses less than this. */
const WRITTEN_AT_ONCE_BYTES = 512 * 1024;
/** Chunks that may wait for the disk. */
const MOST_WAITING_BYTES = 2 * 1024 * 1024;

/** The connection ended before the body did. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

interface DrainOptions {
  /** Opens the file that the body is appended to. */
  begin: () => Promise<FileHandle>;
  /** Sees every chunk as it arrives, and returns what is to be written of it. */
  inspect: (chunk: Buffer) => Buffer;
  onWritten: (bytes: number) => void;
  /** May the memory of a chunk be given back as soon as it is written? */
  ownsChunks: boolean;
}

/**
 * Everything that arrived before a break is written: a pipeline would drop what it still holds. Listening starts in the
 * turn in which the answer came, before anything can be lost.
 */
export async function drain(body: Readable, { begin, inspect, onWritten, ownsChunks }: DrainOptions): Promise<void> {
  const file = begin();
  file.catch((error) => body.destroy(error));
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let isWriting = false;
  let written: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const handle = await file;
    const [chunks, bytes] = [waiting, waitingBytes];
    waiting = [];
    waitingBytes = 0;
    await writeWhole(handle, chunks);
    if (ownsChunks) for (const chunk of chunks) release(chunk);
    onWritten(bytes);
    body.resume();
  };
  const writeOn = async (): Promise<void> => {
    isWriting = true;
    while (waitingBytes >= WRITTEN_AT_ONCE_BYTES) await write();
    isWriting = false;
  };
  const arrived = new Promise<void>((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      try {
        const fresh = inspect(chunk);
        if (fresh.length > 0) waiting.push(fresh);
        waitingBytes += fresh.length;
        if (waitingBytes >= MOST_WAITING_BYTES) body.pause();
        if (isWriting || waitingBytes < WRITTEN_AT_ONCE_BYTES) return;
        written = writeOn();
        written.catch((error) => body.destroy(error));
      } catch (error) {
        body.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    body.on('end', resolve);
    body.on('error', reject);
    body.on('close', () => reject(new BrokenOff('the connection broke')));
    if (body.destroyed) reject(body.errored ?? new BrokenOff('the connection broke'));
  });
  try {
    await arrived;
  } finally {
    try {
      await written;
      while (waiting.length > 0) await write();
    } finally {
      await (await file).close();
    }
  }
}

/** One call may write less than it was given, which is no error yet. */
async function writeWhole(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  let left = chunks;
  while (left.length > 0) {
    let { bytesWritten } = await file.writev(left);
    left = left.flatMap((chunk) => {
      const rest = chunk.subarray(Math.min(bytesWritten, chunk.length));
      bytesWritten -= chunk.length - rest.length;
      return rest.length > 0 ? [rest] : [];
    });
  }
}

/** The collector would leave some 100 MB of chunks lying before it thinks of them. */
function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
