import { VideoToolsetError } from '../../errors.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** One connection for all that goes on: made on use, made anew where it broke, ended when nobody needed it for a while. */
export interface Connection {
  /** Runs it on the connection; once more on a new one where that was lost, so it must be safe to repeat. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Likewise, and where it succeeds the connection is kept until `release` is called, at least once. */
  keep<T>(work: (session: Session, release: () => void) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface ConnectionOptions extends SessionOptions {
  /** How long it is kept for the next file, in milliseconds. */
  idleMs: number;
}

export function createConnection(options: ConnectionOptions): Connection {
  let current: Promise<Session> | undefined;
  let users = 0;
  let idle: NodeJS.Timeout | undefined;
  const closing = new AbortController();

  const open = (): Promise<Session> => {
    if (current !== undefined) return current;
    const forget = () => {
      if (current === opening) current = undefined;
    };
    const opening: Promise<Session> = openSession(options, closing.signal, forget).catch((error) => {
      forget();
      throw error;
    });
    current = opening;
    return opening;
  };

  const end = async (): Promise<void> => {
    clearTimeout(idle);
    const ended = current;
    current = undefined;
    await (await ended?.catch(() => undefined))?.end();
  };

  const hold = async () => {
    closing.signal.throwIfAborted();
    users++;
    clearTimeout(idle);
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      if (--users > 0 || current === undefined) return;
      // The connection itself keeps the process alive until then; the timer need not.
      idle = setTimeout(() => void end().catch(() => undefined), options.idleMs).unref();
    };
    try {
      return { session: await open(), release };
    } catch (error) {
      release();
      throw error;
    }
  };

  type Work<T> = (session: Session, release: () => void) => Promise<T>;

  const attempt = async <T>(work: Work<T>, isKept: boolean): Promise<{ value: T } | { lost: unknown }> => {
    const { session, release } = await hold();
    try {
      const value = await work(session, release);
      if (!isKept) release();
      return { value };
    } catch (error) {
      release();
      if (!session.isLost) throw error;
      return { lost: error };
    }
  };
  const twice = async <T>(work: Work<T>, isKept: boolean): Promise<T> => {
    const first = await attempt(work, isKept);
    const last = 'value' in first ? first : await attempt(work, isKept);
    if ('value' in last) return last.value;
    throw last.lost;
  };

  return {
    use: (work) => twice(work, false),
    keep: (work) => twice(work, true),
    async close() {
      closing.abort(new VideoToolsetError('aborted', 'Publishing was ended before this was done.'));
      await end();
    },
  };
}
