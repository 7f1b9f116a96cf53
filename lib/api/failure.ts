import { ApiError, neverConnected, systemCode, VideoToolsetError } from '../errors.ts';
import type { HttpRequest } from './http.ts';
import { UNKNOWN_OUTCOME } from './refusal.ts';

/** Only the handshake checks certificates. */
const BAD_CERTIFICATE = /^(ERR_TLS_CERT_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
/** A handshake that failed, or a connection that broke later: the code is the same. */
const TLS_TROUBLE = /^ERR_(SSL|TLS)_/;

export interface FailureContext {
  host: string;
  /** Is it certain that no byte of the request went out? Where it is not said, the error tells. */
  nothingSent?: boolean;
}

/** A failure below HTTP, said in terms of what it means for the job. */
export function failureOf(error: unknown, request: HttpRequest, { host, nothingSent }: FailureContext): unknown {
  const call = `${request.method} ${request.path}`;
  const isGarbled =
    error instanceof VideoToolsetError && error.code === 'invalid_response' && !(error instanceof ApiError);
  if (isGarbled && !request.makesJob) {
    return new VideoToolsetError(error.code, error.message, { ...error.facts, cause: error, retryable: true });
  }
  const wasAnswered =
    error instanceof ApiError || (error instanceof VideoToolsetError && error.code !== 'invalid_response');
  if (wasAnswered || (error instanceof VideoToolsetError && !request.makesJob)) return error;
  const code = systemCode(error);
  const isUnsent = nothingSent || neverConnected(error);
  const isTlsTrouble = TLS_TROUBLE.test(code ?? '') && (isUnsent || !request.makesJob);
  if (BAD_CERTIFICATE.test(code ?? '') || isTlsTrouble) {
    return new VideoToolsetError(
      'server_unreachable',
      `The certificate of ${host} was not accepted (${code}): nothing was sent.`,
      {
        cause: error,
        next_step: 'For a certificate authority of your own, set NODE_EXTRA_CA_CERTS to its file.',
      },
    );
  }
  if (request.signal?.aborted && (isUnsent || !request.makesJob)) {
    return new VideoToolsetError('aborted', `${call} was stopped.`, { cause: error });
  }
  const reason = code ?? (error instanceof Error ? error.message : String(error));
  if (isUnsent) {
    return new VideoToolsetError('server_unreachable', `The video server at ${host} cannot be reached (${reason}).`, {
      cause: error,
      retryable: true,
      next_step: 'Check that the server runs and that VIDEO_BASE_URL names it, then make the same call again.',
    });
  }
  if (request.makesJob) {
    const message = `${call} was sent, but its answer was lost (${reason}).`;
    return new VideoToolsetError('outcome_unknown', message, { ...UNKNOWN_OUTCOME, cause: error });
  }
  return new VideoToolsetError('server_error', `${call} failed on the way (${reason}).`, {
    cause: error,
    retryable: true,
    next_step: 'Try the same call again.',
  });
}
