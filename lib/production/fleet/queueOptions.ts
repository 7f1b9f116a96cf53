/** pg-boss itself takes no shorter one. */
export const SHORTEST_LEASE_SECONDS = 10;
/** How long a machine may be silent before its shots are given to others. */
export const USUAL_LEASE_SECONDS = 60;

export interface QueueOptions {
  leaseSeconds?: number | undefined;
  /** Does it run what is due by the clock? @default false */
  isWorker?: boolean;
  /** Told of what pg-boss could not do just now; it goes on by itself. */
  onError?: ((error: Error) => void) | undefined;
}
