import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { VideoToolsetError } from '../../errors.ts';
import type { S3Credentials, S3Location } from './location.ts';

/** The bucket we publish into, and what was learnt of its server. */
export interface Bucket extends Pick<S3Location, 'bucket' | 'root'> {
  s3: S3;
  /** Does the server take SHA-256 checksums? Taken to be so until it refuses one. */
  takesChecksums: boolean;
  /** Does it take a condition on a copy? Likewise. */
  takesConditions: boolean;
}

const CONNECTION_TIMEOUT_MS = 10_000;
/** Without a byte in either direction; a server may copy some gigabytes in that time without a word. */
const SILENCE_TIMEOUT_MS = 120_000;
const ATTEMPTS = 5;

/** @throws VideoToolsetError `missing_package` */
export async function openBucket(location: S3Location, credentials: S3Credentials | undefined): Promise<Bucket> {
  const { S3 } = await loadClient();
  const isR2 =
    location.endpoint !== undefined && /\.r2\.cloudflarestorage\.com$/.test(new URL(location.endpoint).hostname);
  const config = {
    forcePathStyle: location.pathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout: SILENCE_TIMEOUT_MS },
    // The SDK's own CRC32 is refused by some servers that speak S3; we send a SHA-256, which proves the file as well.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With it, the SDK opens a connection of its own for each part.
    expectContinueHeader: false,
    ...(location.endpoint !== undefined && { endpoint: location.endpoint }),
    ...(credentials !== undefined && { credentials }),
  } satisfies S3ClientConfig;
  const region = location.region ?? (isR2 ? 'auto' : undefined);
  let s3 = new S3({ ...config, ...(region !== undefined && { region }) });
  if (region === undefined) {
    // The SDK looks for a region where it looks for credentials.
    const isKnown = await s3.config.region().then(Boolean, () => false);
    if (!isKnown) s3 = new S3({ ...config, region: 'us-east-1' });
  }
  adjustHeaders(s3, isR2);
  return { s3, bucket: location.bucket, root: location.root, takesChecksums: true, takesConditions: true };
}

function adjustHeaders(s3: S3, isR2: boolean): void {
  s3.middlewareStack.add(
    (next, context) => async (args) => {
      const headers = headersOf(args.request);
      const checksum = headers['x-amz-checksum-sha256'];
      // The signature holds the same hash: the SDK need not hash the body once more.
      if (checksum !== undefined) headers['x-amz-content-sha256'] = Buffer.from(checksum, 'base64').toString('hex');
      // R2's own condition on a copy: developers.cloudflare.com/r2/api/s3/conditional-operations
      if (isR2 && context.commandName === 'CopyObjectCommand') headers['cf-copy-destination-if-none-match'] = '*';
      return next(args);
    },
    { step: 'build', name: 'videoToolsetHeaders' },
  );
}

function headersOf(request: unknown): Record<string, string> {
  const hasHeaders = (value: unknown): value is { headers: Record<string, string> } =>
    typeof value === 'object' && value !== null && 'headers' in value;
  return hasHeaders(request) ? request.headers : {};
}

async function loadClient(): Promise<typeof import('@aws-sdk/client-s3')> {
  return await import('@aws-sdk/client-s3').catch(missingPackage);
}

export async function loadPresigner(): Promise<typeof import('@aws-sdk/s3-request-presigner')> {
  return await import('@aws-sdk/s3-request-presigner').catch(missingPackage);
}

function missingPackage(cause: unknown): never {
  throw new VideoToolsetError(
    'missing_package',
    'Publishing to S3 needs the packages @aws-sdk/client-s3 and @aws-sdk/s3-request-presigner.',
    { cause, next_step: 'npm install @aws-sdk/client-s3@3 @aws-sdk/s3-request-presigner@3' },
  );
}
