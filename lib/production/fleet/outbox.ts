import type { FleetQueue, Lease, Line, QueuedShot } from './queue.ts';

/** What is to be told to the queue. It is told together, and again where the queue could not be reached. */
export interface Outbox {
  finish(lease: Lease): void;
  handOn(lease: Lease, line: Line, afterMs?: number): void;
  fail(lease: Lease, reason: { code: string; message: string }): void;
  /** Shots that can be begun from now on. */
  add(shots: readonly QueuedShot[]): void;
  /** Others have it: nothing is told of it any more. */
  forget(lease: Lease): void;
  /** @throws VideoToolsetError where the queue cannot be reached; what was not told is kept */
  flush(): Promise<void>;
}

/** @param onOver called once nothing more is to be told of a shot */
export function createOutbox(queue: FleetQueue, onOver: (lease: Lease) => void): Outbox {
  let added: QueuedShot[] = [];
  let finished: Lease[] = [];
  let others: { lease: Lease; tell: () => Promise<void> }[] = [];
  return {
    finish: (lease) => void finished.push(lease),
    handOn: (lease, line, afterMs) => void others.push({ lease, tell: () => queue.handOn(lease, line, afterMs) }),
    fail: (lease, reason) => void others.push({ lease, tell: () => queue.fail(lease, reason) }),
    add: (shots) => void added.push(...shots),
    forget(lost) {
      finished = finished.filter((lease) => lease !== lost);
      others = others.filter(({ lease }) => lease !== lost);
      onOver(lost);
    },
    async flush() {
      // What waited for a shot comes into its line before that one leaves.
      const shots = added.slice();
      if (shots.length > 0) await queue.add('new', shots);
      added = added.slice(shots.length);
      const done = finished.slice();
      if (done.length > 0) await queue.finish(done);
      finished = finished.filter((lease) => !done.includes(lease));
      for (const lease of done) onOver(lease);
      for (const other of others.slice()) {
        await other.tell();
        others = others.filter((candidate) => candidate !== other);
        onOver(other.lease);
      }
    },
  };
}
