import type { ProgressReport } from '../../types/tool.ts';

/** Clients give a call up after a minute; what is read and loaded before a tool runs takes its time, too. */
const ANSWER_WITHIN_MS = 44_000;
/** What a call came to after it was answered is kept so long for the same call. */
const KEPT_MS = 10 * 60 * 1_000;

/** The call that waits for a work. */
export interface Waiting {
  /** Of the call; where it comes, the work is stopped. */
  signal: AbortSignal;
  report(report: ProgressReport): void;
}

/** What a work is begun with: all of it outlasts the call. */
export interface WorkContext {
  signal: AbortSignal;
  progress(report: ProgressReport): void;
  waitLimitMs: number;
  lifetime: AbortSignal;
}

interface Work<T> {
  ended: Promise<T>;
  stop: AbortController;
  report: Waiting['report'] | undefined;
}

export type Works<T> = ReturnType<typeof createWorks<T>>;

/**
 * Calls that are answered in time, also where their work is not at its end: it goes on, and the same call takes it up.
 * Otherwise a client would give up what is slow, and begin it anew for ever.
 */
export function createWorks<T>(answerWithinMs = ANSWER_WITHIN_MS) {
  const running = new Set<Work<T>>();
  /** Whose calls were answered before their end. */
  const left = new Map<string, Work<T>>();
  const lifetime = new AbortController();
  const since = new WeakMap<AbortSignal, number>();

  /** Questions to a person are rounds of one call, whose client has waited all the while; one that waits for people waits longer. */
  const timeLeft = (signal: AbortSignal): number => {
    const now = performance.now();
    const start = since.get(signal) ?? now;
    since.set(signal, start);
    return Math.max(start + answerWithinMs - now, answerWithinMs / 9);
  };
  const begin = (run: (context: WorkContext) => Promise<T>, timeMs: number): Work<T> => {
    const stop = new AbortController();
    const progress = (report: ProgressReport) => work.report?.(report);
    // A wait that ends with its limit has a moment to say how things stand.
    const waitLimitMs = Math.round(0.96 * timeMs);
    const ended = run({ signal: stop.signal, progress, waitLimitMs, lifetime: lifetime.signal });
    const work: Work<T> = { ended, stop, report: undefined };
    running.add(work);
    const over = () => void running.delete(work);
    ended.then(over, over);
    if (lifetime.signal.aborted) stop.abort();
    return work;
  };
  const leave = (subject: string, work: Work<T>) => {
    left.set(subject, work);
    const forget = () => {
      if (left.get(subject) === work) left.delete(subject);
    };
    work.ended.then(() => setTimeout(forget, KEPT_MS).unref(), forget);
  };

  return {
    /** @returns undefined where the work goes on without an answer: the same subject takes it up again */
    async answer(
      subject: string,
      { signal, report }: Waiting,
      run: (context: WorkContext) => Promise<T>,
    ): Promise<T | undefined> {
      const timeMs = timeLeft(signal);
      const work = left.get(subject) ?? begin(run, timeMs);
      left.delete(subject);
      work.report = report;
      const stop = () => work.stop.abort();
      const over = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => over.resolve(undefined), timeMs);
      try {
        if (signal.aborted) stop();
        signal.addEventListener('abort', stop, { once: true });
        const answer = await Promise.race([work.ended, over.promise]);
        if (answer === undefined && !work.stop.signal.aborted) leave(subject, work);
        return answer;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        work.report = undefined;
      }
    },

    /** Stops what goes on; resolves when nothing does any more. */
    async end(): Promise<void> {
      lifetime.abort();
      for (const { stop } of running) stop.abort();
      await Promise.allSettled([...running].map(({ ended }) => ended));
    },
  };
}
