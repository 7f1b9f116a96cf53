import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { sha256OfFile } from './hash.ts';

/** A thread takes some 30 ms to start, in which this much is hashed without one. */
const SMALLEST_FOR_A_THREAD_BYTES = 32 * 1024 * 1024;

/** To the thread: read on to here, from the first byte again where that is before what was read; the last one is answered. */
export interface FollowOrder {
  to: number;
  isLast: boolean;
}

export interface FollowedFile {
  /** So many bytes are written by now; fewer than before where the file was begun anew. */
  writtenTo(bytes: number): void;
  /** The sha256 of the whole file, in hex. Called once, when all is written. */
  sha256(): Promise<string>;
  /** Ends the thread, whatever it does. */
  close(): Promise<void>;
}

/** Hashes a file while it is being written, in a thread that reads what has just been written; a small one at the end. */
export function followFile(location: string): FollowedFile {
  let bytes = 0;
  let worker: Worker | undefined;
  let hasStarted = false;
  const answer = Promise.withResolvers<string>();
  answer.promise.catch(() => undefined);

  const start = (): Worker | undefined => {
    const program = new URL(`./followWorker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
    try {
      const thread = new Worker(program, { workerData: location, resourceLimits: { maxYoungGenerationSizeMb: 1 } });
      thread.on('message', answer.resolve);
      thread.on('error', answer.reject);
      thread.on('exit', () => answer.reject(new Error('The hashing thread stopped')));
      thread.unref();
      return thread;
    } catch (error) {
      answer.reject(error);
      return undefined;
    }
  };
  const send = (order: FollowOrder) => worker?.postMessage(order);

  return {
    writtenTo(next) {
      bytes = next;
      if (bytes >= SMALLEST_FOR_A_THREAD_BYTES && !hasStarted) {
        hasStarted = true;
        worker = start();
      }
      send({ to: bytes, isLast: false });
    },
    async sha256() {
      if (worker === undefined) return await sha256OfFile(location);
      // It alone must keep the process alive now.
      worker.ref();
      send({ to: bytes, isLast: true });
      // No threads here, or no memory for one: then as without.
      return await answer.promise.catch(() => sha256OfFile(location));
    },
    async close() {
      await worker?.terminate();
    },
  };
}
