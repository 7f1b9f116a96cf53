import { Writable } from 'node:stream';
import { STATUS, statusOf } from './failure.ts';
import type { Session } from './session.ts';

/** Four packets of SSH with their headers: a write that just misses them costs one more. Measured: less is slower, more is not faster. */
const WRITE_BYTES = 4 * 32_768 - 64;
/** Under way at once: what OpenSSH's own client allows, and its server's window. */
const WINDOW_BYTES = 2 * 1024 ** 2;

export interface UploadStreamOptions {
  /** The file is closed, or its connection lost. */
  onClose(): void;
  /** What a refused write comes to. */
  explain(error: unknown): Promise<unknown>;
}

/** Writes into a file of the server, many writes at a time: a single one would wait for its answer each time. */
export function createUploadStream(
  session: Session,
  handle: Buffer,
  { onClose, explain }: UploadStreamOptions,
): Writable {
  /** Memory that is used again. */
  const free: Buffer[] = [];
  let piece: Buffer = Buffer.allocUnsafeSlow(WRITE_BYTES);
  let filled = 0;
  let position = 0;
  let pending = 0;
  let failure: { error: unknown } | undefined;
  let isOpen = true;
  let wake: (() => void) | undefined;

  const flush = (): void => {
    const [sent, length, start] = [piece, filled, position];
    piece = free.pop() ?? Buffer.allocUnsafeSlow(WRITE_BYTES);
    filled = 0;
    position += length;
    pending += length;
    session
      .order((sftp, done) => sftp.write(handle, sent, 0, length, start, done))
      .catch((error) => {
        failure ??= { error };
      })
      .finally(() => {
        free.push(sent);
        pending -= length;
        wake?.();
      });
  };
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached() && failure === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== undefined) throw failure.error;
  };
  const take = async (chunk: Buffer): Promise<void> => {
    for (let taken = 0; taken < chunk.length; ) {
      const copied = chunk.copy(piece, filled, taken);
      filled += copied;
      taken += copied;
      if (filled < WRITE_BYTES) continue;
      flush();
      await until(() => pending < WINDOW_BYTES);
    }
  };
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await session.order((sftp, done) => sftp.close(handle, done)).finally(onClose);
  };
  const finish = async (): Promise<void> => {
    if (filled > 0) flush();
    await until(() => pending === 0);
    await sync(session, handle);
    await close();
  };
  const settle = (work: Promise<void>, done: (error?: Error | null) => void): void => {
    work.then(
      () => done(),
      async (error) => done(asError(await explain(error))),
    );
  };

  return new Writable({
    highWaterMark: WRITE_BYTES,
    write: (chunk: Buffer, _encoding, done) => settle(take(chunk), done),
    final: (done) => settle(finish(), done),
    destroy(error, done) {
      close().then(
        () => done(error),
        () => done(error),
      );
    },
  });
}

/** Where the server has fsync, a failure of it is one of the disk; where it has none, or forbids it, nothing can be had. */
async function sync(session: Session, handle: Buffer): Promise<void> {
  try {
    await session.order((sftp, done) => sftp.ext_openssh_fsync(handle, done));
  } catch (error) {
    if (session.isLost || statusOf(error) === STATUS.failure) throw error;
  }
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
