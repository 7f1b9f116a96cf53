import type { ToolContext } from '../../types/tool.ts';

/**
 * What a host gives to a call, as a tool can rely on it: the signal knows no reason but the usual one, and what the host
 * does with progress cannot break the work.
 * @returns also what lets go of the host's signal when the call is over
 */
export function reliable({ signal, progress, ...context }: ToolContext): { context: ToolContext; release(): void } {
  const { plain, release } = withoutReason(signal);
  return {
    context: {
      ...context,
      ...(plain && { signal: plain }),
      ...(progress && { progress: (report) => void (async () => progress(report))().catch(() => undefined) }),
    },
    release,
  };
}

/** A host's own reason for an abort is an error that nobody below knows. */
function withoutReason(signal: AbortSignal | undefined): { plain?: AbortSignal; release(): void } {
  if (signal === undefined) return { release: () => undefined };
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return { plain: controller.signal, release: () => signal.removeEventListener('abort', abort) };
}
