/** An end for a call that does not come to one by itself. */
export interface Deadline extends Disposable {
  /** Aborts when the time is over, or with the caller's own signal. */
  signal: AbortSignal;
  /** Something moved: the time begins anew. */
  extend(): void;
}

export function startDeadline(ms: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  const stop = () => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(new Error(`no whole answer within ${ms} ms`)), ms);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    extend: () => timer.refresh(),
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    },
  };
}
