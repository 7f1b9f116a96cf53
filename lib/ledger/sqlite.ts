import { openDatabase } from '../sqlite.ts';
import type { LedgerDriver } from './driver.ts';
import { MIGRATIONS } from './schema.ts';

/** One file for every process of a machine. Each commit is on the disk before it counts. */
export async function openSqliteLedger(file: string): Promise<LedgerDriver> {
  const database = await openDatabase(file, MIGRATIONS, { synchronous: 'FULL' });
  return { ...database, close: async () => database.close() };
}
