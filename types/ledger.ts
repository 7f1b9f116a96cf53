import type { PublishedFile } from './cdn.ts';
import type { SavedFile } from './tool.ts';
import type { JobRequest } from './video.ts';

/** Where a wanted clip stands. `published` and `failed` are ends. */
export type ClipState =
  | 'intended'
  | 'sent'
  | 'known'
  | 'done'
  | 'failed'
  | 'unknown'
  | 'gone'
  | 'downloaded'
  | 'published';

/** What a clip is wanted for: only the job, or its file at a public address. */
export type ClipGoal = 'job' | 'published';

/** What is to be made, before anything is sent. */
export interface ClipRequest {
  /** Equal for equal clips: see `clipHash`. */
  hash: string;
  /** The word `studio` for the embedded one, otherwise the server's origin and path. */
  server: string;
  /** Absolute. */
  workspace: string;
  session: string;
  /** All that another process needs to send it. */
  request: JobRequest;
  /** 1, or the number of another take. */
  variation: number;
  goal: ClipGoal;
  /** What one attempt may cost. */
  price: Price;
}

export interface Price {
  /** Seconds of video; undefined where neither the caller nor the profile tells. */
  seconds?: number;
  /** US dollars; undefined where it is not known. */
  usd?: number;
  /** Does this server cost nothing? Its clips are counted apart from all others. */
  isFree: boolean;
}

/** One wanted clip: a row of the ledger as it was read. Times in milliseconds since 1970. */
export interface Clip {
  key: string;
  /** Raised by every move; who holds an older one cannot move the row. */
  version: number;
  state: ClipState;
  isOpen: boolean;
  hash: string;
  server: string;
  workspace: string;
  session: string;
  request: JobRequest;
  variation: number;
  goal: ClipGoal;
  /** For servers that make one job of all requests with the same key. */
  idempotencyKey: string;
  createdAt: number;
  updatedAt: number;
  /** Of the present attempt. */
  attempt: number;
  /** Until when the present attempt may be handed to the network. */
  sendDeadline: number;
  /** From when on the job of a lost answer may be looked for. */
  quarantineUntil?: number;
  sentAt?: number;
  jobId?: string;
  error?: { code: string; message: string };
  file?: SavedFile;
  published?: PublishedFile;
}

export type AttemptOutcome = 'reserved' | 'sent' | 'answered' | 'lost' | 'refused' | 'withdrawn' | 'orphan';

/** One sending of a clip's request, or the intention to. */
export interface Attempt {
  clip: string;
  number: number;
  outcome: AttemptOutcome;
  startedAt: number;
  sentAt?: number;
  seconds?: number;
  usd?: number;
  isFree: boolean;
  /** Does it count against the budget? */
  isCounted: boolean;
  jobId?: string;
  detail?: string;
}

/** What may be spent within 24 hours, by every process that shares the ledger. */
export interface Budget {
  usd?: number | undefined;
  seconds?: number | undefined;
  jobs?: number | undefined;
  /** Seconds of clips that cost, where no cap in seconds is set. */
  paidSeconds?: number | undefined;
}
