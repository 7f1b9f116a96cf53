import type { ErrorCode, ErrorReport } from '../types/error.ts';

/** Where the money stands after a failure; `submitted: 'no'` means that nothing was spent. */
export interface ErrorFacts {
  /** Did the call that makes a job reach the server? @default 'no' */
  submitted?: 'no' | 'yes' | 'unknown';
  job_id?: string;
  /** @default 'no', or 'unknown' where submitted is 'unknown' */
  billed?: 'no' | 'likely' | 'unknown';
  /** May the very same call work later? @default false */
  retryable?: boolean;
  /** One sentence that a person or a model can act on. */
  next_step?: string;
  /** How long the server asked to be left alone, in milliseconds. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** The base of every error this project throws. */
export class VideoToolsetError extends Error {
  readonly code: ErrorCode;
  readonly facts: Omit<ErrorFacts, 'cause'>;

  constructor(code: ErrorCode, message: string, { cause, ...facts }: ErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'VideoToolsetError';
    this.code = code;
    this.facts = facts;
  }

  report(): ErrorReport {
    const { submitted = 'no', job_id, retryable = false, next_step } = this.facts;
    const { billed = submitted === 'unknown' ? 'unknown' : 'no' } = this.facts;
    return {
      code: this.code,
      message: this.message,
      submitted,
      ...(job_id !== undefined && { job_id }),
      billed,
      retryable,
      ...(next_step !== undefined && { next_step }),
    };
  }
}

/** The server answered with an HTTP error. */
export class ApiError extends VideoToolsetError {
  readonly status: number;
  /** The server's own error code, type and parameter, where it gave them. */
  readonly detail: { code?: string; type?: string; param?: string; request_id?: string };

  constructor(code: ErrorCode, message: string, status: number, detail: ApiError['detail'], facts: ErrorFacts = {}) {
    super(code, message, facts);
    this.name = 'ApiError';
    this.status = status;
    this.detail = detail;
  }
}

/** A message that others follow. */
export function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** The operating system's code of an error (`ENOENT`, `ECONNREFUSED`), looked for through its causes. */
export function systemCode(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    if ('code' in current && typeof current.code === 'string') return current.code;
    if (current instanceof AggregateError) return systemCode(current.errors[0]);
  }
  return undefined;
}

/** What Node says of a peer that leaves during the handshake: ECONNRESET, but of no read and no write. */
const BROKEN_HANDSHAKE = /before secure TLS connection was established/;

/** The same codes come from a connection that stood and broke: only what failed to connect sent nothing. */
export function neverConnected(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    if ('code' in current && current.code === 'UND_ERR_CONNECT_TIMEOUT') return true;
    if ('syscall' in current && typeof current.syscall === 'string')
      return current.syscall === 'connect' || current.syscall === 'getaddrinfo';
    if (BROKEN_HANDSHAKE.test(current.message)) return true;
    if (current instanceof AggregateError) return current.errors.length > 0 && current.errors.every(neverConnected);
  }
  return false;
}

/** Any thrown value as an error of this project; what is not expected is `internal`. */
export function toToolsetError(error: unknown): VideoToolsetError {
  if (error instanceof VideoToolsetError) return error;
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new VideoToolsetError('disk_full', 'The disk is full: nothing was kept of what was being written.', {
      cause: error,
      retryable: true,
      next_step: 'Free some disk space, then make the same call again.',
    });
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return new VideoToolsetError('storage_failed', `The folder cannot be written to (${code}).`, {
      cause: error,
      next_step: 'Check the permissions of the workspace and the state folder.',
    });
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new VideoToolsetError('aborted', 'Stopped before it was done.', { cause: error });
  }
  return new VideoToolsetError('internal', `Unexpected failure: ${toldOf(error)}`, { cause: error });
}

/** The system's errors of files name their paths, which are nobody's business. */
function toldOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('path' in error) || !('syscall' in error)) return error.message;
  return `${systemCode(error)} (${error.syscall})`;
}
