import type { Verification } from '../../../types/cdn.ts';
import { VideoToolsetError } from '../../errors.ts';
import type { Bucket } from './bucket.ts';
import { answered } from './failure.ts';
import { hashOf, standingAt } from './objects.ts';
import type { Staged } from './staging.ts';

export interface Proof {
  bytes: number;
  sha256: string;
}

/** Proves that the staged object is the file: by the server's own hash, by reading it back, or by its size. */
export async function prove(
  bucket: Bucket,
  staged: Staged,
  key: string,
  { bytes, sha256 }: Proof,
  signal: AbortSignal,
): Promise<Verification> {
  if (staged.bytes !== bytes || staged.sha256 !== sha256) throw changedBytes(key);
  if (staged.isProven) return 'sha256';
  try {
    if ((await hashOf(bucket, staged.name, signal)) !== sha256) throw changedBytes(key);
    return 'sha256';
  } catch (error) {
    if (!answered(error, 403)) throw error;
  }
  if ((await standingAt(bucket, staged.name, signal))?.bytes !== bytes) throw changedBytes(key);
  return 'size';
}

function changedBytes(key: string): VideoToolsetError {
  return new VideoToolsetError(
    'publish_failed',
    `The bytes S3 got for ${key} are not the file's: nothing was published.`,
    {
      retryable: true,
      next_step: 'Publish the file again; if it happens twice, ask whoever runs the server.',
    },
  );
}
