import { VideoToolsetError } from '../errors.ts';

/** Other bytes stand under the key already. */
export function taken(key: string): VideoToolsetError {
  return new VideoToolsetError(
    'publish_failed',
    `Other bytes already stand under ${key}: they were left as they are.`,
    { next_step: 'Publish the file under another name.' },
  );
}

/** What arrived is not what was sent. @param where whose disk to look at if it happens again */
export function changedBytes(key: string, where: string): VideoToolsetError {
  return new VideoToolsetError(
    'publish_failed',
    `The bytes written for ${key} are not the file's: nothing was published.`,
    { retryable: true, next_step: `Publish the file again; if it happens twice, check the disk of ${where}.` },
  );
}
