import type { Clip, ClipGoal, ClipState } from '../../types/ledger.ts';
import { VideoToolsetError } from '../errors.ts';
import type { Value } from './driver.ts';

/** From where a clip may go where. `sent` goes back to `intended` only when it is certain that no job was made. */
const LEGAL: Record<ClipState, readonly ClipState[]> = {
  intended: ['intended', 'sent', 'failed'],
  sent: ['known', 'unknown', 'intended', 'failed'],
  unknown: ['known', 'intended', 'failed'],
  known: ['done', 'failed', 'gone'],
  gone: ['known', 'intended', 'failed'],
  done: ['downloaded', 'gone', 'failed'],
  downloaded: ['downloaded', 'published', 'gone', 'failed'],
  failed: [],
  published: [],
};

/** What a move writes beside the state. */
export interface Changes {
  attempt?: number;
  sendDeadline?: number;
  quarantineUntil?: number | null;
  sentAt?: number | null;
  jobId?: string | null;
  error?: Clip['error'];
  file?: Clip['file'];
  published?: Clip['published'];
  idempotencyKey?: string;
}

export interface Statement {
  sql: string;
  values: Value[];
}

/** A clip is open until it is where it was wanted: an open one is found by every later wish for the same. */
export function isOpen(state: ClipState, goal: ClipGoal): boolean {
  if (state === 'published' || state === 'failed') return false;
  return goal === 'published' || (state !== 'done' && state !== 'downloaded');
}

/**
 * The one statement that moves a clip; it changes no row where another process moved it since it was read.
 * @throws VideoToolsetError `internal` for a move that is none
 */
export function moveStatement(clip: Clip, to: ClipState, changes: Changes, now: number): Statement {
  if (!LEGAL[clip.state].includes(to)) {
    throw new VideoToolsetError('internal', `The clip ${clip.key} cannot go from ${clip.state} to ${to}.`);
  }
  const { attempt, sendDeadline, quarantineUntil, sentAt, jobId, error, file, published, idempotencyKey } = changes;
  const columns: Record<string, Value> = {
    state: to,
    updated_at: now,
    // Only of the state it led to: a clip that recovered tells of no trouble.
    error: error === undefined ? null : JSON.stringify(error),
    ...(attempt !== undefined && { attempt }),
    ...(sendDeadline !== undefined && { send_deadline: sendDeadline }),
    ...(quarantineUntil !== undefined && { quarantine_until: quarantineUntil }),
    ...(sentAt !== undefined && { sent_at: sentAt }),
    ...(jobId !== undefined && { job_id: jobId }),
    ...(file !== undefined && { file: JSON.stringify(file) }),
    ...(published !== undefined && { published: JSON.stringify(published) }),
    ...(idempotencyKey !== undefined && { idempotency_key: idempotencyKey }),
  };
  const names = Object.keys(columns).map((name) => `${name} = ?`);
  // What it is wanted for may have grown since it was read, which is no move: the row tells.
  const open = `is_open = CASE goal WHEN 'published' THEN ${Number(isOpen(to, 'published'))} ELSE ${Number(isOpen(to, 'job'))} END`;
  return {
    sql: `UPDATE clips SET ${names.join(', ')}, ${open}, version = version + 1 WHERE key = ? AND version = ?`,
    values: [...Object.values(columns), clip.key, clip.version],
  };
}

export function superseded(key: string): VideoToolsetError {
  return new VideoToolsetError('superseded', `Another process went on with the clip ${key} in the meantime.`, {
    retryable: true,
    next_step: `Look at it again: video-toolset ledger ${key}`,
  });
}

/** The same to whoever holds the clip: it is another's turn, or a later one. */
export function overdue(key: string): VideoToolsetError {
  return new VideoToolsetError('superseded', `The clip ${key} could not be sent by its deadline: nothing was sent.`, {
    retryable: true,
    next_step: 'Make the same call again: it is sent then, and is paid for once.',
  });
}
