import { clipHash } from '../../lib/ledger/hash.ts';
import type { ClipRequest } from '../../types/ledger.ts';

export const SERVER = 'https://video.example/v1';

export function wish(prompt: string, changes: Partial<ClipRequest> = {}): ClipRequest {
  const server = changes.server ?? SERVER;
  return {
    hash: clipHash({ server, call: '/videos', fields: { prompt } }),
    server,
    workspace: '/home/someone/videos',
    session: 'session-1',
    request: { operation: 'create', parameters: { prompt } },
    variation: 1,
    goal: 'published',
    price: { seconds: 4, usd: 0.4, isFree: false },
    ...changes,
  };
}

/** Milliseconds since 1970 that stand still until they are moved. */
export function handClock(start = Date.UTC(2026, 10, 21)): { now: () => number; advance(ms: number): void } {
  let time = start;
  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
  };
}
