/** How many shots run at once: as many as its server bears, at most as many as are wanted. */
export interface Window {
  /** May another one begin? */
  hasRoom(running: number): boolean;
  /** For how long nothing may begin, in milliseconds; 0 where something may. */
  pauseMs(): number;
  /** The server asked for fewer requests: half as many, and none for a while. */
  shrink(pauseMs: number): void;
  /** A clip was made: a little more. */
  grow(): void;
  size(): number;
}

/**
 * Grows by one for each round that went well, and halves on a 429, as congestion control does.
 * @param now milliseconds that rise
 */
export function createWindow(most: number, now: () => number = () => performance.now()): Window {
  let size = most;
  let closedUntil = 0;
  return {
    hasRoom: (running) => now() >= closedUntil && running < Math.floor(size),
    pauseMs: () => Math.max(0, closedUntil - now()),
    shrink(pauseMs) {
      // What was sent together is refused together: that is one refusal.
      if (now() >= closedUntil) size = Math.max(1, size / 2);
      closedUntil = Math.max(closedUntil, now() + pauseMs);
    },
    grow() {
      size = Math.min(most, size + 1 / size);
    },
    size: () => Math.floor(size),
  };
}
