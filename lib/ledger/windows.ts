import { VideoToolsetError } from '../errors.ts';
import type { LedgerDriver, Statements } from './driver.ts';

/** How many jobs may be open at one server at once, over every process that shares the ledger. */
export interface ServerWindow {
  /** As many as are wanted. */
  most: number;
  /** As many as the server bears just now. */
  size: number;
  /** Until when it wants no new one, in milliseconds since 1970. */
  closedUntil: number;
  /** Jobs that are open now, or about to be. */
  open: number;
  /** How many more may be begun now. */
  room: number;
}

export interface Windows {
  /** Makes the window, or gives it another width; the same one again leaves it as it is. */
  set(server: string, most: number): Promise<void>;
  /** Undefined where none was set: then nothing is held back. */
  get(server: string): Promise<ServerWindow | undefined>;
  /** The server asked for fewer requests: half as many, and none for a while. */
  shrink(server: string, pauseMs: number): Promise<void>;
  /** A clip was made: a little more. */
  grow(server: string): Promise<void>;
  /** Keys of clips that hold room, as far as is known, and that no shot wants: nobody may be there to see their end. */
  unwanted(server: string): Promise<string[]>;
}

/** A full window may have room again after so long. */
const FULL_MS = 1_000;
const MOST_UNWANTED = 1_000;

/**
 * What is at the server, or is about to be sent there; what was refused waits outside. The states are those of the index
 * over open jobs.
 */
const OPEN_JOBS = `FROM clips WHERE server = ? AND state IN ('intended', 'sent', 'known')
  AND (state <> 'intended' OR (error IS NULL AND send_deadline >= ?)) AND key <> ?`;

export function createWindows(driver: LedgerDriver, now: () => number): Windows {
  return {
    async set(server, most) {
      await driver.run(
        `INSERT INTO windows (server, most, size, closed_until) VALUES (?, ?, ?, 0)
         ON CONFLICT (server) DO UPDATE SET most = excluded.most, size = excluded.size
         WHERE windows.most <> excluded.most`,
        ...[server, most, most],
      );
    },
    get: (server) => windowOf(driver, server, now()),
    async shrink(server, pauseMs) {
      const at = now();
      // What was sent together is refused together: that is one refusal.
      await driver.run(
        `UPDATE windows SET
           size = CASE WHEN closed_until > ? THEN size WHEN size < 2 THEN 1 ELSE size / 2 END,
           closed_until = CASE WHEN closed_until > ? THEN closed_until ELSE ? END WHERE server = ?`,
        ...[at, at + pauseMs, at + pauseMs, server],
      );
    },
    async grow(server) {
      await driver.run(
        'UPDATE windows SET size = CASE WHEN size + 1 / size < most THEN size + 1 / size ELSE most END WHERE server = ? AND size < most',
        server,
      );
    },
    async unwanted(server) {
      const rows = await driver.all(
        `SELECT key FROM clips WHERE server = ? AND state IN ('sent', 'known')
         AND NOT EXISTS (SELECT 1 FROM shots WHERE storyboard = clips.session AND clip = clips.key) ORDER BY updated_at LIMIT ?`,
        ...[server, MOST_UNWANTED],
      );
      return rows.map(({ key }) => String(key));
    },
  };
}

/** @throws VideoToolsetError `window_full`: nothing was sent */
export async function requireRoom(
  sql: Statements,
  { server, key, now }: { server: string; key: string; now: number },
): Promise<void> {
  const window = await windowOf(sql, server, now, key);
  if (window === undefined || window.room > 0) return;
  const pauseMs = Math.max(FULL_MS, window.closedUntil - now);
  throw new VideoToolsetError(
    'window_full',
    `The window of ${server} is full: ${window.open} jobs are open, and ${Math.floor(window.size)} may be. Nothing was sent.`,
    { retryable: true, retryAfterMs: pauseMs },
  );
}

/** @param but the clip that asks, and does not stand in its own way */
async function windowOf(sql: Statements, server: string, now: number, but = ''): Promise<ServerWindow | undefined> {
  const [row] = await sql.all(
    `SELECT most, size, closed_until, (SELECT count(*) ${OPEN_JOBS}) AS open FROM windows WHERE server = ?`,
    ...[server, now, but, server],
  );
  if (row === undefined) return undefined;
  const [most, size, closedUntil, open] = [row.most, row.size, row.closed_until, row.open].map(Number);
  if (most === undefined || size === undefined || closedUntil === undefined || open === undefined) return undefined;
  const room = now < closedUntil ? 0 : Math.max(0, Math.floor(size) - open);
  return { most, size, closedUntil, open, room };
}
