import type { Shot } from '../../../types/storyboard.ts';
import type { Storyboards } from '../../ledger/storyboards.ts';

/** Which shot is next. It holds a page of them; all others stay in the ledger. */
export interface ShotQueue {
  /** Undefined where there is none just now. */
  next(): Promise<Shot | undefined>;
  /** Shots that can be worked on from now on. */
  add(shots: readonly Shot[]): void;
  /** Nothing more is done for a shot in this run. */
  setAside(shot: Shot): void;
}

const PAGE = 64;

/** @param isRunning is somebody here at work on the shot of that id? */
export function createQueue(
  storyboards: Pick<Storyboards, 'ready'>,
  storyboard: string,
  isRunning: (id: string) => boolean,
): ShotQueue {
  let waiting: Shot[] = [];
  const aside = new Set<string>();
  /** The last number that was read. */
  let after = 0;
  return {
    async next() {
      for (let isSecondLook = false; ; ) {
        const shot = waiting.shift();
        if (shot !== undefined) {
          if (!aside.has(shot.id) && !isRunning(shot.id)) return shot;
          continue;
        }
        waiting = await storyboards.ready(storyboard, { after, limit: PAGE });
        after = waiting.at(-1)?.number ?? 0;
        // Others may have made something ready that was passed by: from the beginning once more.
        if (waiting.length === 0 && isSecondLook) return undefined;
        isSecondLook ||= waiting.length === 0;
      }
    },
    add: (shots) => void waiting.push(...shots.filter(({ number }) => number <= after)),
    setAside: ({ id }) => void aside.add(id),
  };
}
