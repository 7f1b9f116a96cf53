import { type FileHandle, open } from 'node:fs/promises';
import type { CdnDriver } from '../../types/cdn.ts';
import { mediaTypeOfFile } from '../media/sniff.ts';
import { openSink, type Sink } from './sink.ts';

const PIECE_BYTES = 256 * 1024;
/** So many bytes tell what kind of file it is. */
const SNIFFED_BYTES = 4_100;

/** A file that is sent while it is still being written. */
export interface Following {
  /** So many bytes of the file stand by now; fewer than before where it was begun anew. */
  writtenTo(location: string, bytes: number): void;
  /** Everything that was written, ready to be made public. Called once, when the file is whole. @throws what the upload failed with */
  sent(): Promise<Sink>;
  abort(): Promise<void>;
}

/** Reads behind the writer, so that neither waits for the other, and a failure here is none of the writer's. */
export function follow(openDriver: () => Promise<CdnDriver>, signal?: AbortSignal): Following {
  let location = '';
  let target = 0;
  let position = 0;
  let isWhole = false;
  let isAborted = false;
  let isBegunAnew = false;
  let sink: Sink | undefined;
  let moved = Promise.withResolvers<void>();
  let work: Promise<void> | undefined;

  const wake = () => {
    moved.resolve();
    moved = Promise.withResolvers<void>();
  };
  const beginAnew = async () => {
    const former = sink;
    sink = undefined;
    position = 0;
    isBegunAnew = false;
    await former?.abort();
  };
  const step = async (file: FileHandle): Promise<void> => {
    if (isBegunAnew) return await beginAnew();
    sink ??= await openSink(await openDriver(), await mediaTypeOfFile(location), { signal });
    const { buffer, bytesRead } = await file.read(
      Buffer.allocUnsafe(PIECE_BYTES),
      0,
      Math.min(PIECE_BYTES, target - position),
      position,
    );
    // What was read while the file was begun anew may be of either.
    if (isBegunAnew || bytesRead === 0) return;
    position += bytesRead;
    if (!sink.input.write(buffer.subarray(0, bytesRead))) await drained(sink);
  };
  const run = async (): Promise<void> => {
    const file = await open(location);
    try {
      while (!isAborted) {
        const isEnough = isWhole || target >= SNIFFED_BYTES;
        if (isBegunAnew || (target > position && isEnough)) await step(file);
        else if (isWhole) return;
        else await moved.promise;
      }
    } finally {
      await file.close();
    }
  };

  return {
    writtenTo(where, bytes) {
      location = where;
      isBegunAnew ||= bytes < target;
      target = bytes;
      if (work === undefined && bytes > 0) {
        work = run();
        work.catch(() => undefined);
      }
      wake();
    },
    async sent() {
      isWhole = true;
      wake();
      await work;
      if (sink === undefined) throw new Error('Nothing was written.');
      sink.input.end();
      await sink.sent;
      return sink;
    },
    async abort() {
      isAborted = true;
      wake();
      // An upload that hangs takes no more bytes, and would be waited for.
      sink?.input.destroy();
      await work?.catch(() => undefined);
      await sink?.abort();
    },
  };
}

async function drained({ input, sent }: Sink): Promise<void> {
  const drain = Promise.withResolvers<void>();
  input.once('drain', drain.resolve);
  // A failed upload never drains.
  await Promise.race([drain.promise, sent]);
}
