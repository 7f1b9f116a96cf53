import { ApiError, VideoToolsetError } from '../errors.ts';

/** Nothing is known to be paid for an id that no server knows, that is none, or that nobody could be asked about. */
export function isUnknownJob(error: unknown): boolean {
  return (
    error instanceof VideoToolsetError &&
    ['not_found', 'invalid_argument', 'unauthorized', 'aborted', 'server_unreachable'].includes(error.code)
  );
}

/** A failure after the job was made: that it is paid for is said in each. */
export function withBill(error: unknown, id: string): unknown {
  if (!(error instanceof VideoToolsetError)) return error;
  if (!(error instanceof ApiError)) {
    const facts = { ...error.facts, cause: error, submitted: 'yes', billed: 'likely', job_id: id } as const;
    return new VideoToolsetError(error.code, error.message, facts);
  }
  return new ApiError(error.code, error.message, error.status, error.detail, {
    ...error.facts,
    cause: error,
    submitted: 'yes',
    billed: 'likely',
    job_id: id,
    retryable: true,
    next_step: `The clip is still on its server: call video_download with {"id":"${id}"} again.`,
  });
}
