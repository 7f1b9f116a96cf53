import type { Row } from '../sqlite.ts';
import type { Job, JobStatus, Operation } from './job.ts';

/** A row of the table of jobs. */
export function jobOf(row: Row): Job {
  return {
    id: String(row.id),
    status: statusOf(row.status),
    progress: Number(row.progress),
    engine: String(row.engine),
    prompt: String(row.prompt),
    seconds: String(row.seconds),
    size: String(row.size),
    created_at: Number(row.created_at),
    completed_at: numberOf(row.completed_at),
    error: row.error === null ? null : JSON.parse(String(row.error)),
    recipe: JSON.parse(String(row.recipe)),
    reference: textOf(row.reference),
    owner: textOf(row.owner),
    operation: operationOf(row.operation),
    source: textOf(row.source),
    requested_model: textOf(row.requested_model),
    asked_at: numberOf(row.asked_at),
    ticket: textOf(row.ticket),
    notes: JSON.parse(String(row.notes)),
    usd: numberOf(row.usd),
    caller: String(row.caller),
    bytes: Number(row.bytes ?? 0),
    expires_at: numberOf(row.expires_at),
  };
}

const textOf = (value: unknown) => (value === null ? null : String(value));
const numberOf = (value: unknown) => (value === null ? null : Number(value));

export function operationOf(value: unknown): Operation {
  return value === 'remix' || value === 'edit' || value === 'extension' ? value : 'create';
}

export function statusOf(value: unknown): JobStatus {
  return value === 'queued' || value === 'in_progress' || value === 'completed' ? value : 'failed';
}
