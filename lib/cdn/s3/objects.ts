import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { answered, isAnswer, nameOf } from './failure.ts';

export interface Standing {
  bytes: number;
  /** Hex. */
  sha256?: string;
  modifiedMs: number;
}

const READ_ATTEMPTS = 3;

/** What stands under a full name in the bucket. */
export async function standingAt(
  { s3, bucket }: Bucket,
  name: string,
  signal?: AbortSignal,
): Promise<Standing | undefined> {
  try {
    const head = await s3.headObject(
      { Bucket: bucket, Key: name, ChecksumMode: 'ENABLED' },
      { ...(signal && { abortSignal: signal }) },
    );
    const sha256 = sha256Of(head);
    return {
      bytes: head.ContentLength ?? 0,
      modifiedMs: head.LastModified?.getTime() ?? 0,
      ...(sha256 !== undefined && { sha256 }),
    };
  } catch (error) {
    if (nameOf(error) === 'NoSuchBucket') throw error;
    if (answered(error, 404)) return undefined;
    throw error;
  }
}

/** The checksum of a whole object; one made of the checksums of its parts is not the file's hash. */
function sha256Of({ ChecksumSHA256: checksum, ChecksumType, Metadata }: HeadObjectCommandOutput): string | undefined {
  if (checksum !== undefined && ChecksumType !== 'COMPOSITE' && !checksum.includes('-')) {
    return Buffer.from(checksum, 'base64').toString('hex');
  }
  const noted = Metadata?.sha256;
  return noted !== undefined && /^[0-9a-f]{64}$/.test(noted) ? noted : undefined;
}

/** Reads an object whole; a connection that breaks on the way is worth another try. */
export async function hashOf({ s3, bucket }: Bucket, name: string, signal?: AbortSignal): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { Body } = await s3.getObject({ Bucket: bucket, Key: name }, { ...(signal && { abortSignal: signal }) });
      if (!(Body instanceof Readable)) throw new TypeError(`${name} came without a body`);
      const hash = createHash('sha256');
      for await (const chunk of Body) hash.update(chunk);
      return hash.digest('hex');
    } catch (error) {
      if (isAnswer(error) || signal?.aborted || attempt === READ_ATTEMPTS) throw error;
    }
  }
}
