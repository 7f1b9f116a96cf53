import { VideoToolsetError } from '../../errors.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** One connection for all that goes on: made on use, made anew where it broke, ended when nobody needed it for a while. */
export interface Connection {
  /** Runs it on the connection; once more on a new one where that was lost, so it must be safe to repeat. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Keeps the connection until it is released; calling that again does nothing. */
  hold(): Promise<{ session: Session; release(): void }>;
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
  let isClosed = false;

  const open = (): Promise<Session> => {
    if (current !== undefined) return current;
    const forget = () => {
      if (current === opening) current = undefined;
    };
    const opening: Promise<Session> = openSession(options, forget).catch((error) => {
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
    if (isClosed) throw new VideoToolsetError('aborted', 'Publishing was ended before this was done.');
    users++;
    clearTimeout(idle);
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      if (--users === 0) idle = setTimeout(() => void end().catch(() => undefined), options.idleMs);
    };
    try {
      return { session: await open(), release };
    } catch (error) {
      release();
      clearTimeout(idle);
      throw error;
    }
  };

  const useOnce = async <T>(work: (session: Session) => Promise<T>) => {
    const { session, release } = await hold();
    try {
      return { value: await work(session) };
    } catch (error) {
      if (!session.isLost) throw error;
      return { lost: error };
    } finally {
      release();
    }
  };

  return {
    async use(work) {
      const first = await useOnce(work);
      if ('value' in first) return first.value;
      const second = await useOnce(work);
      if ('value' in second) return second.value;
      throw second.lost;
    },
    hold,
    async close() {
      isClosed = true;
      await end();
    },
  };
}
