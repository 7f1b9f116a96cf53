import type { Attempt, AttemptOutcome, Clip, ClipState } from '../../types/ledger.ts';
import type { Row } from '../sqlite.ts';

const STATES: readonly ClipState[] = [
  'intended',
  'sent',
  'known',
  'done',
  'failed',
  'unknown',
  'gone',
  'downloaded',
  'published',
];
const OPERATIONS = ['create', 'remix', 'edit', 'extend'] as const;
const OUTCOMES: readonly AttemptOutcome[] = ['reserved', 'sent', 'answered', 'lost', 'refused', 'withdrawn', 'orphan'];

export function clipOf(row: Row): Clip {
  return {
    key: String(row.key),
    version: Number(row.version),
    state: oneOf(STATES, row.state),
    isOpen: Number(row.is_open) === 1,
    hash: String(row.hash),
    server: String(row.server),
    workspace: String(row.workspace),
    session: String(row.session),
    request: { operation: oneOf(OPERATIONS, row.operation), parameters: JSON.parse(String(row.parameters)) },
    variation: Number(row.variation),
    goal: row.goal === 'published' ? 'published' : 'job',
    idempotencyKey: String(row.idempotency_key),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    attempt: Number(row.attempt),
    sendDeadline: Number(row.send_deadline),
    ...(row.quarantine_until !== null && { quarantineUntil: Number(row.quarantine_until) }),
    ...(row.sent_at !== null && { sentAt: Number(row.sent_at) }),
    ...(row.job_id !== null && { jobId: String(row.job_id) }),
    ...(row.error !== null && { error: JSON.parse(String(row.error)) }),
    ...(row.file !== null && { file: JSON.parse(String(row.file)) }),
    ...(row.published !== null && { published: JSON.parse(String(row.published)) }),
  };
}

export function attemptOf(row: Row): Attempt {
  return {
    clip: String(row.clip),
    number: Number(row.number),
    outcome: oneOf(OUTCOMES, row.outcome),
    startedAt: Number(row.started_at),
    ...(row.sent_at !== null && { sentAt: Number(row.sent_at) }),
    ...(row.seconds !== null && { seconds: Number(row.seconds) }),
    ...(row.usd !== null && { usd: Number(row.usd) }),
    isFree: Number(row.is_free) === 1,
    isCounted: Number(row.is_counted) === 1,
    ...(row.job_id !== null && { jobId: String(row.job_id) }),
    ...(row.detail !== null && { detail: String(row.detail) }),
  };
}

function oneOf<Name extends string>(names: readonly Name[], value: unknown): Name {
  const name = names.find((candidate) => candidate === value);
  if (name === undefined) throw new TypeError(`The ledger holds a word this version does not know: ${value}`);
  return name;
}
