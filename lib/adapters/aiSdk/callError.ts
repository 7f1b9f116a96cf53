import type { JSONValue } from '@ai-sdk/provider';
import { ApiError, sentence, toToolsetError } from '../../errors.ts';
import { namesOther } from '../../tools/withinReach.ts';

export interface FailedCall {
  /** As the ledger names it. */
  server: string;
  /** What was asked for. */
  request: unknown;
  /** With which a clip that is not lost can be gone on with. */
  operation: JSONValue | undefined;
}

/**
 * A failure in the SDK's own form, which it never tries again by itself: what can be tried again without paying twice has
 * been. `data` says where the money is, `cause` is the error itself.
 */
export async function callError(error: unknown, { server, request, operation }: FailedCall): Promise<Error> {
  const cause = toToolsetError(error);
  const { next_step, ...report } = cause.report();
  // Whoever calls a video model has no tools.
  const data = { ...report, ...(next_step !== undefined && !namesOther(next_step, []) && { next_step }) };
  const mayGoOn = operation !== undefined && data.retryable;
  const goOn = `Go on with experimental_getVideoStatus and the operation ${JSON.stringify(operation)}.`;
  const message = [sentence(cause.message), mayGoOn ? goOn : data.next_step]
    .filter((part) => part !== undefined)
    .join(' ');
  if (data.code === 'aborted') return Object.assign(new Error(message, { cause }), { name: 'AbortError', data });
  const { APICallError } = await import('@ai-sdk/provider');
  return new APICallError({
    ...{ message, cause, data, url: server, requestBodyValues: request, isRetryable: false },
    ...(cause instanceof ApiError && { statusCode: cause.status }),
  });
}
