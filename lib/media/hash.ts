import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Large enough that hashing, not reading, takes the time. */
const CHUNK_BYTES = 1024 * 1024;

/** The sha256 of a file, in hex. */
export async function sha256OfFile(location: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(location, { highWaterMark: CHUNK_BYTES })) hash.update(chunk);
  return hash.digest('hex');
}
