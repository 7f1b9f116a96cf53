import type { Recipe } from './engines/engine.ts';

export type Operation = 'create' | 'remix' | 'edit' | 'extension';
export type JobStatus = 'queued' | 'in_progress' | 'completed' | 'failed';

export interface Job {
  id: string;
  status: JobStatus;
  /** Percent. */
  progress: number;
  engine: string;
  prompt: string;
  seconds: string;
  size: string;
  /** Unix seconds. */
  created_at: number;
  completed_at: number | null;
  error: { code: string; message: string } | null;
  recipe: Recipe;
  /** Name of the reference image in the job's folder. */
  reference: string | null;
  owner: string | null;
  operation: Operation;
  /** Id of the job whose recipe this one's was made from. */
  source: string | null;
  /** The model's name in the request, where that is not what makes the clip. */
  requested_model: string | null;
  /** Unix seconds at which a provider was about to be asked for the clip: from then on it may cost, and is not asked for again. */
  asked_at: number | null;
  /** What the provider gave to fetch the clip with. */
  ticket: string | null;
  /** What is made otherwise than asked for, in words. */
  notes: string[];
  /** What the provider says the clip cost. */
  usd: number | null;
  /** Who asked for it, as far as callers are told apart. */
  caller: string;
  /** Of all its files; none once they are gone. */
  bytes: number;
  /** Unix seconds from which on the clip cannot be fetched. */
  expires_at: number | null;
}

/** Drawn on this machine's cores, or made elsewhere: by an engine that is named `provider/model`. */
export type Lane = 'local' | 'remote';

/** A figure of its own that prompts can name. */
export interface Character {
  id: string;
  name: string;
  /** Unix seconds. */
  created_at: number;
}

type Made = 'operation' | 'source' | 'requested_model' | 'notes' | 'caller' | 'bytes';
type Later = 'status' | 'progress' | 'completed_at' | 'error' | 'asked_at' | 'ticket' | 'usd' | 'expires_at';
export type NewJob = Omit<Job, Later | Made> & Partial<Pick<Job, Made>> & { idempotency_key?: string };

export interface CompletedClip {
  /** Unix seconds. */
  completedAt: number;
  expiresAt: number;
  bytes: number;
  /** Its sha256, by which it is known again. */
  digest?: string;
}

/** How many jobs may wait in an owner's queue, and how many bytes may lie with those that have not ended. */
export interface Room {
  jobs: number;
  /** Of one caller. */
  share: number;
  bytes: number;
}

/** Of one owner, in one lane. */
export interface OpenJobs {
  lane: Lane;
  queued: number;
  running: number;
}
