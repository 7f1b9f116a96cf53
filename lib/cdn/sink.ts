import { createHash } from 'node:crypto';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CdnDriver, CdnUpload } from '../../types/cdn.ts';

/** An upload that nobody sees yet, and what went into it. */
export interface Sink {
  contentType: string;
  input: Writable;
  /** All that was written has gone out. */
  sent: Promise<void>;
  bytes(): number;
  /** Hex; asked once, when all was written. */
  sha256(): string;
  commit: CdnUpload['commit'];
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/** A name that holds the hash of its bytes never means others. */
const FOR_EVER = 'public, max-age=31536000, immutable';

export async function openSink(
  driver: CdnDriver,
  contentType: string,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: ((bytes: number) => void) | undefined } = {},
): Promise<Sink> {
  signal?.throwIfAborted();
  const headers = { contentType, cacheControl: FOR_EVER, contentDisposition: 'inline' };
  const upload = await orStopped(driver.open(headers), signal, (late) => late.abort());
  const hash = createHash('sha256');
  let bytes = 0;
  const input = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      onProgress?.(bytes);
      done(null, chunk);
    },
  });
  const sent = pipeline(input, upload.stream, { ...(signal && { signal }) });
  sent.catch(() => undefined);
  return {
    contentType,
    input,
    sent,
    bytes: () => bytes,
    sha256: () => hash.digest('hex'),
    commit: (key, proof) => orStopped(upload.commit(key, proof), signal),
    async abort() {
      input.destroy();
      await upload.abort();
    },
  };
}

/** What is stopped is not waited for; what comes of it nevertheless is discarded. */
async function orStopped<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  discard?: (late: T) => Promise<void>,
): Promise<T> {
  if (signal === undefined) return await work;
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, stopped.promise]);
  } catch (error) {
    if (signal.aborted) work.then(discard).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
