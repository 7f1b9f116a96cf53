import { Writable } from 'node:stream';
import { STATUS, statusOf } from './failure.ts';
import type { Session } from './session.ts';

/** OpenSSH's limit of a packet is 256 KiB; other servers take 32 KiB for sure, and ssh2 splits for them. */
const WRITE_BYTES = 255 * 1024;
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
  let position = 0;
  let pending = 0;
  let failure: { error: unknown } | undefined;
  let isOpen = true;
  let wake: (() => void) | undefined;

  const send = (piece: Buffer): void => {
    const start = position;
    position += piece.length;
    pending += piece.length;
    session
      .order((sftp, done) => sftp.write(handle, piece, 0, piece.length, start, done))
      .catch((error) => {
        failure ??= { error };
      })
      .finally(() => {
        pending -= piece.length;
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
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await session.order((sftp, done) => sftp.close(handle, done)).finally(onClose);
  };

  const settle = (work: Promise<void>, done: (error?: Error | null) => void): void => {
    work.then(
      () => done(),
      async (error) => done(asError(await explain(error))),
    );
  };

  return new Writable({
    // The source's chunks are taken as they come; what waits is bounded by the window.
    highWaterMark: WRITE_BYTES,
    write(chunk: Buffer, _encoding, done) {
      const pieces = Math.ceil(chunk.length / WRITE_BYTES);
      for (let index = 0; index < pieces; index++) {
        send(chunk.subarray(index * WRITE_BYTES, (index + 1) * WRITE_BYTES));
      }
      settle(
        until(() => pending < WINDOW_BYTES),
        done,
      );
    },
    final(done) {
      const finish = async () => {
        await until(() => pending === 0);
        await sync(session, handle);
        await close();
      };
      settle(finish(), done);
    },
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
