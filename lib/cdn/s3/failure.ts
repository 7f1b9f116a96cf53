import { type ErrorFacts, systemCode, VideoToolsetError } from '../../errors.ts';
import { redact } from '../../log.ts';
import type { S3Location } from './location.ts';

/** An error as S3 answered it; the SDK's own class would have to be loaded to ask for it. */
interface S3Answer extends Error {
  $metadata: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

export function isAnswer(error: unknown): error is S3Answer {
  return error instanceof Error && '$metadata' in error && statusOf(error) !== undefined;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error && '$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** Did S3 answer with one of these statuses? */
export function answered(error: unknown, ...statuses: number[]): boolean {
  return statuses.includes(statusOf(error) ?? 0);
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

const CREDENTIALS =
  'Check the credentials the AWS SDK finds: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or the role of the machine.';

/**
 * What S3 or the way to it failed with, in our words: what was tried, S3's code, and what to do.
 * @param tried continues "S3 could not …"
 */
export function s3Failure(error: unknown, tried: string, { bucket, endpoint }: S3Location): VideoToolsetError | Error {
  if (error instanceof VideoToolsetError) return error;
  if (error instanceof Error && nameOf(error) === 'AbortError') return error;
  const place = endpoint === undefined ? `bucket ${bucket}` : `bucket ${bucket} at ${new URL(endpoint).host}`;
  const failed = (reason: string, next_step: string, facts: ErrorFacts = {}) =>
    new VideoToolsetError('publish_failed', `S3 could not ${tried} (${place}): ${reason}.`, {
      cause: withoutSecrets(error),
      next_step,
      ...facts,
    });
  if (isAnswer(error)) return answerFailure(error, bucket, failed);
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(nameOf(error))) {
    return failed('the AWS SDK found no credentials', CREDENTIALS);
  }
  const name = nameOf(error);
  const code = systemCode(error);
  if (code === undefined && name !== 'TimeoutError') {
    return failed(
      `its answer could not be used (${name})`,
      'Check that the endpoint in CDN_URL is one of an S3 server.',
    );
  }
  const way = 'Check the network and the endpoint in CDN_URL, then try again.';
  return failed(`the server cannot be reached (${code ?? name})`, way, { retryable: true });
}

function answerFailure(
  error: S3Answer,
  bucket: string,
  failed: (reason: string, next_step: string, facts?: ErrorFacts) => VideoToolsetError,
): VideoToolsetError {
  const status = statusOf(error) ?? 0;
  const code = codeOf(error, status);
  switch (code) {
    case 'NoSuchBucket':
      return failed(`there is no such bucket (${code})`, `Create the bucket ${bucket}, or correct CDN_URL.`);
    case 'AccessDenied':
    case 'Forbidden':
    case 'AllAccessDisabled':
      return failed(
        `it is not allowed (${status} ${code})`,
        'Allow s3:PutObject, s3:GetObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucket on the bucket and prefix.',
      );
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'InvalidToken':
      return failed(`the credentials were refused (${code})`, CREDENTIALS);
    case 'ExpiredToken':
    case 'TokenRefreshRequired':
    case 'ExpiredTokenException':
      return failed(
        `the credentials have expired (${code})`,
        'Sign in anew (aws sso login), or renew the session token.',
      );
    case 'RequestTimeTooSkewed':
      return failed(`the clocks differ too much (${code})`, 'Set the clock of this machine, then try again.');
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return failed(`the bucket lies in another region (${code})`, regionAdvice(error));
    case 'BadDigest':
    case 'XAmzContentSHA256Mismatch':
      return failed(`the bytes changed on the way (${code})`, 'Publish the file again.', { retryable: true });
    case 'EntityTooLarge':
    case 'QuotaExceeded':
    case 'InsufficientStorage':
      return failed(`the server takes no more (${code})`, 'Free some space or raise the quota, then publish again.');
  }
  if (status === 429 || status === 503) {
    return failed(`the server asks to slow down (${status} ${code})`, 'Try again in a minute.', { retryable: true });
  }
  if (status >= 500) return failed(`the server failed (${status} ${code})`, 'Try again later.', { retryable: true });
  return failed(`the server refused (${status} ${code})`, 'Look the code up in the documentation of the server.');
}

/** A HEAD has no body to hold a code, only a status. */
function codeOf(error: S3Answer, status: number): string {
  if (status === 301 || status === 307) return 'PermanentRedirect';
  const isNamed =
    /^[A-Za-z]{3,60}$/.test(error.name) && !/^(Unknown|UnknownError|Error|S3ServiceException)$/.test(error.name);
  if (isNamed) return error.name;
  return status === 403 ? 'Forbidden' : 'no code';
}

function regionAdvice(error: S3Answer): string {
  const region = error.$response?.headers?.['x-amz-bucket-region'];
  const isSane = region !== undefined && /^[\w-]{2,40}$/.test(region);
  return `Add ${isSane ? `region=${region}` : 'region=, with the region of the bucket,'} to CDN_URL.`;
}

/** S3 repeats the key, the signature and what was signed in its answer, and the SDK keeps all of it. */
function withoutSecrets(error: unknown): unknown {
  if (!isAnswer(error)) return error;
  const shown = new Error(redact(error.name));
  shown.name = 'S3Answer';
  return Object.assign(shown, { status: statusOf(error) });
}
