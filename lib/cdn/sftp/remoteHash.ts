import { createHash } from 'node:crypto';
import { STATUS, statusOf } from './failure.ts';
import type { Session } from './session.ts';

const EMPTY = createHash('sha256').digest('hex');
const PROBE_LIMIT_MS = 10_000;
/** Slower than any disk; the connection's own keep-alive tells earlier that nobody is there. */
const HASHED_BYTES_PER_MS = 5_000;
const READ_BYTES = 128 * 1024;
const READS_AT_ONCE = 16;

export interface RemoteFile {
  path: string;
  bytes: number;
}

/** A command costs a shell on the server; a file of this size is read back sooner. */
const SMALL_BYTES = 1024 ** 2;

export interface RemoteHash {
  /** Finds out ahead of time whether the account may run commands: a shell takes a moment to start. */
  prepare(session: Session): void;
  /**
   * The hash of a file as it lies on the server: by a command of its own, or by reading the file back. Undefined where the
   * account may do neither, or where it would have to read a large file that `mayReadLarge` spares it.
   */
  of(
    session: Session,
    file: RemoteFile,
    options?: { signal?: AbortSignal; mayReadLarge?: boolean },
  ): Promise<string | undefined>;
}

export function createRemoteHash(): RemoteHash {
  const canRun = new WeakMap<Session, Promise<boolean>>();
  const lastRuns = new WeakMap<Session, Promise<unknown>>();

  /** One after the other: a server allows ten channels a connection, and a disk is not faster for two. */
  const inTurn = <T>(session: Session, run: () => Promise<T>): Promise<T> => {
    const turn = (lastRuns.get(session) ?? Promise.resolve()).then(run, run);
    lastRuns.set(session, turn);
    return turn;
  };
  const hashed = async (session: Session, { path, bytes }: RemoteFile): Promise<string | undefined> => {
    const limitMs = PROBE_LIMIT_MS + bytes / HASHED_BYTES_PER_MS;
    const output = await session.run(`sha256sum < ${quoted(path)}`, limitMs).catch((error) => {
      if (session.isLost) throw error;
      return '';
    });
    return /^\\?([0-9a-f]{64})\b/m.exec(output)?.[1];
  };

  const ableOf = (session: Session): Promise<boolean> => {
    const able =
      canRun.get(session) ??
      inTurn(session, async () => (await hashed(session, { path: '/dev/null', bytes: 0 })) === EMPTY);
    canRun.set(session, able);
    return able;
  };
  /** Undefined where the account may run no commands, as one of SFTP only. */
  const byCommand = async (session: Session, file: RemoteFile): Promise<string | undefined> =>
    (await ableOf(session)) ? await inTurn(session, () => hashed(session, file)) : undefined;

  return {
    prepare(session) {
      if (!canRun.has(session)) ableOf(session).catch(() => undefined);
    },
    async of(session, file, { signal, mayReadLarge = true } = {}) {
      if (file.bytes <= SMALL_BYTES) {
        return (await hashByReading(session, file, signal)) ?? (await byCommand(session, file));
      }
      const sha256 = await byCommand(session, file);
      return sha256 === undefined && mayReadLarge ? await hashByReading(session, file, signal) : sha256;
    },
  };
}

/** Undefined where the file must not be read. */
async function hashByReading(session: Session, file: RemoteFile, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const handle = await session.request<Buffer>((sftp, done) => sftp.open(file.path, 'r', done));
    try {
      return await hashOfHandle(session, handle, file.bytes, signal);
    } finally {
      await session.order((sftp, done) => sftp.close(handle, done)).catch(() => undefined);
    }
  } catch (error) {
    const status = statusOf(error);
    if (status === STATUS.permissionDenied || status === STATUS.unsupported) return undefined;
    throw error;
  }
}

async function hashOfHandle(session: Session, handle: Buffer, bytes: number, signal?: AbortSignal): Promise<string> {
  const read = async (start: number): Promise<Buffer> => {
    const piece = Buffer.allocUnsafe(Math.min(READ_BYTES, bytes - start));
    let filled = 0;
    while (filled < piece.length) {
      const count = await session.request<number>((sftp, done) =>
        sftp.read(handle, piece, filled, piece.length - filled, start + filled, done),
      );
      if (count === 0) break;
      filled += count;
    }
    return piece.subarray(0, filled);
  };
  const hash = createHash('sha256');
  const underWay: Promise<Buffer>[] = [];
  try {
    for (let start = 0; start < bytes || underWay.length > 0; start += READ_BYTES) {
      signal?.throwIfAborted();
      if (start < bytes) underWay.push(read(start));
      if (underWay.length === READS_AT_ONCE || start >= bytes) hash.update((await underWay.shift()) ?? '');
    }
  } finally {
    await Promise.allSettled(underWay);
  }
  return hash.digest('hex');
}

/** A word for any shell; the paths hold neither a backslash nor a control character. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
