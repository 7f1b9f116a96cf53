import type { GuardRates } from './guard.ts';

/** What one studio takes, so that nobody fills its memory or keeps the others out. */
export interface StudioLimits extends GuardRates {
  /** Jobs that may wait; with several tokens each has its part of them. */
  queuedJobs: number;
  /** Of bodies that are being read. */
  bodyMemoryBytes: number;
  connections: number;
  /** For the head of a request to arrive. */
  headersMs: number;
  /** For all of a request to arrive. */
  requestMs: number;
  /** Without a byte in either direction. */
  idleMs: number;
  /** For answers that have begun, when the studio is stopped. */
  graceMs: number;
}

export const LIMITS: StudioLimits = {
  queuedJobs: 1_000,
  bodyMemoryBytes: 256 * 1024 * 1024,
  connections: 2_000,
  headersMs: 15_000,
  requestMs: 300_000,
  idleMs: 60_000,
  graceMs: 5_000,
  // The page asks for a picture of every clip that it shows.
  requests: { perSecond: 100, burst: 1_000 },
  creates: { perSecond: 5, burst: 100 },
  failures: { perSecond: 0.5, burst: 20 },
};
