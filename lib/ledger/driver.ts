import type { Row } from '../sqlite.ts';

export type Value = string | number | null;

/** Statements with `?` placeholders. */
export interface Statements {
  all(sql: string, ...values: Value[]): Promise<Row[]>;
  /** @returns how many rows were changed */
  run(sql: string, ...values: Value[]): Promise<number>;
}

/** A place to keep the ledger in: all that differs between SQLite and Postgres. */
export interface LedgerDriver extends Statements {
  /**
   * All of it or nothing, and alone among every writer of this ledger, in any process, so that what was read still holds
   * when it is written. The body awaits nothing but its own statements.
   */
  transaction<T>(body: (statements: Statements) => Promise<T>): Promise<T>;
  /**
   * A transaction in this very turn of the event loop; absent where the store is at the other end of a network.
   * @throws VideoToolsetError `storage_failed`, retryable, where another process is writing
   */
  transactionNow?<T>(body: (run: (sql: string, ...values: Value[]) => number) => T): T;
  /** How far the clock of the store, which several machines share, is ahead of this machine's. @default 0 */
  clockAheadMs?: number;
  close(): Promise<void>;
}
