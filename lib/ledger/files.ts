import { VideoToolsetError } from '../errors.ts';
import type { LedgerDriver } from './driver.ts';

/** Pictures travel through the database; more than a picture should not. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Small files that every process which shares the ledger can have. */
export interface LedgerFiles {
  get(name: string): Promise<Buffer | undefined>;
  /**
   * Keeps a file under a name for good: who comes first is right.
   * @returns what stands under the name now
   * @throws VideoToolsetError `invalid_argument` for a file that is too large
   */
  keep(name: string, bytes: Buffer): Promise<Buffer>;
}

export function createFiles(driver: LedgerDriver): LedgerFiles {
  const get = async (name: string): Promise<Buffer | undefined> => {
    const [row] = await driver.all('SELECT bytes FROM files WHERE name = ?', name);
    return row && Buffer.from(String(row.bytes), 'base64');
  };
  return {
    get,
    async keep(name, bytes) {
      requireSmall(name, bytes.length);
      const insert = 'INSERT INTO files (name, bytes) VALUES (?, ?) ON CONFLICT (name) DO NOTHING';
      const count = await driver.run(insert, name, bytes.toString('base64'));
      return count === 1 ? bytes : ((await get(name)) ?? bytes);
    },
  };
}

/** @throws VideoToolsetError `invalid_argument` for a file that is too large to be shared */
export function requireSmall(name: string, bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  const megabytes = (count: number) => Math.ceil(count / 1024 ** 2);
  throw new VideoToolsetError(
    'invalid_argument',
    `The picture ${name} has ${megabytes(bytes)} MiB: what machines share through their database has ${megabytes(MOST_BYTES)} MiB at most.`,
    { next_step: 'Make it smaller, or name its public address instead.' },
  );
}
