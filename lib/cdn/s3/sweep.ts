import type { Bucket } from './bucket.ts';
import { STAGING } from './staging.ts';

/** An upload that takes longer than this is taken for dead. */
const STALE_MS = 24 * 60 * 60 * 1_000;

/** Removes what runs that died left in staging. */
export async function sweepStaging({ s3, bucket, root }: Bucket, now: number, signal: AbortSignal): Promise<void> {
  const Prefix = root + STAGING;
  const options = { abortSignal: signal };
  const isStale = (time: Date | undefined) => time !== undefined && now - time.getTime() > STALE_MS;
  const { Uploads = [] } = await s3.listMultipartUploads({ Bucket: bucket, Prefix }, options);
  for (const { Key, UploadId, Initiated } of Uploads) {
    if (!isStale(Initiated) || !Key?.startsWith(Prefix)) continue;
    await s3.abortMultipartUpload({ Bucket: bucket, Key, UploadId }, options);
  }
  const { Contents = [] } = await s3.listObjectsV2({ Bucket: bucket, Prefix }, options);
  for (const { Key, LastModified } of Contents) {
    if (isStale(LastModified) && Key?.startsWith(Prefix)) await s3.deleteObject({ Bucket: bucket, Key }, options);
  }
}
