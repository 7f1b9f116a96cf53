import type { Pool } from 'pg';
import type { PgBoss } from 'pg-boss';
import { VideoToolsetError } from '../../errors.ts';
import { failClearly, openPool } from '../../ledger/pool.ts';
import { type QueueOptions, USUAL_LEASE_SECONDS } from './queueOptions.ts';

/** Less than a lease, so that a cut network is noticed while there is time. */
const QUERY_TIMEOUT_MS = 10_000;

export interface Boss extends AsyncDisposable {
  boss: PgBoss;
  pool: Pool;
}

/**
 * pg-boss over connections of our own, which give up on an answer that does not come.
 * @throws VideoToolsetError `missing_package`, `storage_failed`
 */
export async function openBoss(connectionString: string, options: QueueOptions): Promise<Boss> {
  const { leaseSeconds = USUAL_LEASE_SECONDS, isWorker = false, onError } = options;
  const { PgBoss } = await loadPackage();
  const pool = await openPool(connectionString, { max: 3, queryTimeoutMs: QUERY_TIMEOUT_MS });
  const lookSeconds = Math.max(1, Math.floor(leaseSeconds / 5));
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schedule: isWorker,
    supervise: isWorker,
    // For pg-boss's dashboard.
    ...{ persistWarnings: isWorker, persistQueueStats: isWorker },
    ...{ superviseIntervalSeconds: lookSeconds, monitorIntervalSeconds: lookSeconds },
  });
  boss.on('error', (error) => onError?.(error));
  try {
    await boss.start();
  } catch (error) {
    await pool.end();
    throw failClearly(error);
  }
  return {
    boss,
    pool,
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false }).catch((error) => onError?.(error));
      await pool.end();
    },
  };
}

async function loadPackage(): Promise<typeof import('pg-boss')> {
  try {
    return await import('pg-boss');
  } catch (cause) {
    throw new VideoToolsetError('missing_package', 'A fleet needs the package pg-boss.', {
      cause,
      next_step: 'npm install pg-boss@12 pg@8',
    });
  }
}
