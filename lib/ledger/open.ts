import type { Config } from '../../types/config.ts';
import { createLedger, type Ledger, type LedgerOptions } from './ledger.ts';

/** A studio that runs in the program itself ends with it: what it did not note down by then it never will. */
const EMBEDDED_SEND_DEADLINE_MS = 2_000;
const EMBEDDED_QUARANTINE_MS = 4_000;

/** @throws VideoToolsetError `storage_failed`, `disk_full`, `missing_package`: nothing was sent */
export async function openLedger(
  { ledger, sendDeadlineMs, quarantineMs }: Pick<Config, 'ledger' | 'sendDeadlineMs' | 'quarantineMs'>,
  isEmbedded: boolean,
  { isWindowed = false }: Pick<LedgerOptions, 'isWindowed'> = {},
): Promise<Ledger> {
  const limits = isEmbedded
    ? {
        sendDeadlineMs: Math.min(sendDeadlineMs, EMBEDDED_SEND_DEADLINE_MS),
        quarantineMs: Math.min(quarantineMs, EMBEDDED_QUARANTINE_MS),
      }
    : { sendDeadlineMs, quarantineMs };
  if (/^postgres(ql)?:/.test(ledger)) {
    const { openPostgresLedger } = await import('./postgres.ts');
    return createLedger(await openPostgresLedger(ledger), { ...limits, isWindowed });
  }
  const { openSqliteLedger } = await import('./sqlite.ts');
  return createLedger(await openSqliteLedger(ledger), { ...limits, isWindowed });
}

/** The server's origin and path: what makes two addresses the same server. */
export function serverNameOf(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl);
  return origin + pathname;
}
