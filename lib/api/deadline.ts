import { EventEmitter } from 'node:events';

/** An end for a call that does not come to one by itself. */
export interface Deadline extends Disposable {
  /** For undici: aborts when the time is over, or with the caller's own signal. Unlike an AbortSignal it costs next to nothing. */
  signal: EventEmitter;
  /** Something moved: the time begins anew. */
  extend(): void;
}

/** @param caller must not be aborted yet */
export function startDeadline(ms: number, caller?: AbortSignal): Deadline {
  const signal = new EventEmitter();
  const abort = (reason: unknown) => Object.assign(signal, { reason }).emit('abort');
  const stop = () => abort(caller?.reason);
  const timer = setTimeout(() => abort(new Error(`no whole answer within ${ms} ms`)), ms);
  caller?.addEventListener('abort', stop, { once: true });
  return {
    signal,
    extend: () => timer.refresh(),
    [Symbol.dispose]() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', stop);
    },
  };
}
