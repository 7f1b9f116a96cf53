import { setTimeout as pause } from 'node:timers/promises';
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { CdnFileHeaders } from '../../../types/cdn.ts';
import { VideoToolsetError } from '../../errors.ts';
import type { Bucket } from './bucket.ts';
import { answered } from './failure.ts';
import { wireHeaders } from './headers.ts';
import { hashOf, type Standing, standingAt } from './objects.ts';
import type { Proof } from './proof.ts';

/** The most that S3 copies in one request. */
export const COPY_LIMIT_BYTES = 5 * 1024 ** 3;
const COPY_PART_BYTES = 1024 ** 3;
const ATTEMPTS = 6;
const PAUSE_MS = 200;

interface Publication extends Proof {
  /** The name of the staged object. */
  from: string;
  key: string;
  headers: CdnFileHeaders;
  copyLimitBytes: number;
  signal: AbortSignal;
}

/**
 * Copies the staged object to its key unless something stands there. A server that knows no condition on a copy leaves a
 * window between the look and the copy, in which another writer of the same key, but of other bytes, loses without a
 * word; what stands there is looked at once more, so whoever lost last is told.
 */
export async function makePublic(bucket: Bucket, publication: Publication): Promise<void> {
  const { key, signal } = publication;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 1) await pause(PAUSE_MS * attempt, undefined, { signal });
    const standing = await standingAt(bucket, bucket.root + key, signal);
    if (standing !== undefined) {
      if (await isSame(bucket, standing, publication)) return;
      throw taken(key);
    }
    try {
      await copy(bucket, publication);
    } catch (error) {
      // 412: it stands there by now; 409: somebody else is at it.
      if (answered(error, 409, 412)) continue;
      if (!answered(error, 501) || !bucket.takesConditions) throw error;
      bucket.takesConditions = false;
    }
  }
  throw new VideoToolsetError('publish_failed', `${key} could not be made public: others write to it all the time.`, {
    retryable: true,
    next_step: 'Try again in a minute.',
  });
}

async function isSame(
  bucket: Bucket,
  standing: Standing,
  { key, bytes, sha256, signal }: Publication,
): Promise<boolean> {
  if (standing.bytes !== bytes) return false;
  return (standing.sha256 ?? (await hashOf(bucket, bucket.root + key, signal))) === sha256;
}

async function copy(bucket: Bucket, { from, key, headers, sha256, bytes, copyLimitBytes, signal }: Publication) {
  const { s3 } = bucket;
  const target = { Bucket: bucket.bucket, Key: bucket.root + key };
  const source = `${bucket.bucket}/${from.split('/').map(encodeURIComponent).join('/')}`;
  const described = { ...wireHeaders(headers), Metadata: { sha256 } };
  const condition = bucket.takesConditions && { IfNoneMatch: '*' };
  const options = { abortSignal: signal };
  if (bytes <= copyLimitBytes) {
    const request = {
      ...target,
      ...described,
      CopySource: source,
      MetadataDirective: 'REPLACE' as const,
      ...condition,
    };
    await s3.copyObject(request, options);
    return;
  }
  const { UploadId } = await s3.createMultipartUpload({ ...target, ...described });
  const upload = { ...target, UploadId };
  try {
    const parts: CompletedPart[] = [];
    const partBytes = Math.min(COPY_PART_BYTES, copyLimitBytes);
    for (let start = 0; start < bytes; start += partBytes) {
      const range = `bytes=${start}-${Math.min(start + partBytes, bytes) - 1}`;
      const PartNumber = parts.length + 1;
      const part = { ...upload, PartNumber, CopySource: source, CopySourceRange: range };
      const { CopyPartResult } = await s3.uploadPartCopy(part, options);
      if (CopyPartResult?.ETag === undefined) throw new TypeError('the server named no copied part');
      parts.push({ PartNumber, ETag: CopyPartResult.ETag });
    }
    await s3.completeMultipartUpload({ ...upload, MultipartUpload: { Parts: parts }, ...condition }, options);
  } catch (error) {
    await s3.abortMultipartUpload(upload).catch(() => undefined);
    throw error;
  }
}

function taken(key: string): VideoToolsetError {
  return new VideoToolsetError(
    'publish_failed',
    `Other bytes already stand under ${key}: they were left as they are.`,
    {
      next_step: 'Publish the file under another name.',
    },
  );
}
