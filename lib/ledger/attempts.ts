import type { AttemptOutcome, Clip } from '../../types/ledger.ts';
import type { Value } from './driver.ts';
import type { Statement } from './moves.ts';

/** What is written to an attempt. */
interface AttemptChanges {
  outcome?: AttemptOutcome;
  sentAt?: number;
  isCounted?: boolean;
  jobId?: string;
  detail?: string;
}

/** Writes to the clip's present attempt. */
export function attemptStatement(clip: Clip, { outcome, sentAt, isCounted, jobId, detail }: AttemptChanges): Statement {
  const columns: Record<string, Value> = {
    ...(outcome !== undefined && { outcome }),
    ...(sentAt !== undefined && { sent_at: sentAt }),
    ...(isCounted !== undefined && { is_counted: isCounted ? 1 : 0 }),
    ...(jobId !== undefined && { job_id: jobId }),
    ...(detail !== undefined && { detail: detail.slice(0, 500) }),
  };
  const names = Object.keys(columns).map((name) => `${name} = ?`);
  return {
    sql: `UPDATE attempts SET ${names.join(', ')} WHERE clip = ? AND number = ?`,
    values: [...Object.values(columns), clip.key, clip.attempt],
  };
}
