import type { ServerContext } from '@modelcontextprotocol/server';
import type { ProgressReport } from '../../types/tool.ts';

/** A download reports with every chunk; a client redraws a few times a second at most. */
const INTERVAL_MS = 250;

export interface RisingProgress {
  report(report: ProgressReport): void;
  /** After it nothing is sent any more: a token ends with its request. */
  end(): void;
}

/**
 * Progress notifications, where a token asks for them. Their values rise with every one, as the protocol demands, also
 * where a job says nothing of how far it is: each is then a little nearer to the end, and never there.
 */
export function risingProgress(
  { mcpReq }: Pick<ServerContext, 'mcpReq'>,
  now: () => number = () => performance.now(),
): RisingProgress {
  const progressToken = mcpReq._meta?.progressToken;
  let value = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let lastPhase: string | undefined;
  let isOver = progressToken === undefined;
  return {
    report({ phase, job_id, status, percent }) {
      if (isOver || progressToken === undefined) return;
      if (phase === lastPhase && now() - lastAt < INTERVAL_MS) return;
      [lastPhase, lastAt] = [phase, now()];
      // One of many jobs may be done while others go on.
      const told = Math.min(percent ?? 0, 99);
      value = told > value ? told : value + (100 - value) / 1_000;
      const message = [phase, job_id, status].filter((word) => word !== undefined).join(' ');
      const params = { progressToken, progress: value, total: 100, message };
      // Whoever has gone needs none.
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
    end() {
      isOver = true;
    },
  };
}
