import assert from 'node:assert/strict';
import { VideoToolsetError } from '../../lib/errors.ts';

/** What a call failed with, which must be one of our own errors. */
export async function failure(call: Promise<unknown>): Promise<VideoToolsetError> {
  const error = await call.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof VideoToolsetError, String(error));
  return error;
}
