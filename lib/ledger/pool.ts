import type { Pool } from 'pg';
import { systemCode, VideoToolsetError } from '../errors.ts';

export interface PoolOptions {
  /** Connections at most. */
  max: number;
  /** After how long an answer is not waited for any more, such as where the network was cut. */
  queryTimeoutMs: number;
}

/** Connections to a Postgres server. @throws VideoToolsetError `missing_package`, `invalid_configuration` for an address that is none */
export async function openPool(connectionString: string, { max, queryTimeoutMs }: PoolOptions): Promise<Pool> {
  const { Client, Pool } = await loadPackage();
  try {
    new Client({ connectionString });
  } catch (error) {
    throw notAnAddress(error);
  }
  const pool: Pool = new Pool({
    connectionString,
    ...{ max, connectionTimeoutMillis: 10_000, query_timeout: queryTimeoutMs, keepAlive: true },
  });
  // A connection that breaks while it is idle is replaced on the next use.
  pool.on('error', () => undefined);
  return pool;
}

/** What a failure of Postgres means. @throws VideoToolsetError `storage_failed`, retryable */
export function failClearly(error: unknown): never {
  if (error instanceof VideoToolsetError) throw error;
  // What has no code is what the client says of its connection.
  const reason = systemCode(error) ?? (error instanceof Error ? error.message : 'unknown');
  throw new VideoToolsetError('storage_failed', `The ledger in Postgres cannot be used (${reason}).`, {
    cause: error,
    retryable: true,
    next_step: 'Check that the database runs and that VIDEO_LEDGER names it.',
  });
}

/** Without the words of the cause, which may hold the password. */
function notAnAddress(cause: unknown): VideoToolsetError {
  const reason = systemCode(cause) ?? 'not an address';
  return new VideoToolsetError('invalid_configuration', `VIDEO_LEDGER (--fleet) cannot be read (${reason}).`, {
    cause,
    next_step: 'Write postgres://USER@HOST/DATABASE; a # or / of a password as %23 or %2F, or keep it in ~/.pgpass.',
  });
}

async function loadPackage(): Promise<typeof import('pg').default> {
  try {
    return (await import('pg')).default;
  } catch (cause) {
    throw new VideoToolsetError('missing_package', 'A ledger in Postgres needs the package pg.', {
      cause,
      next_step: 'npm install pg@8',
    });
  }
}
