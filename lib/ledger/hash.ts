import { createHash } from 'node:crypto';

/** What makes two wished clips the same one. */
export interface ClipIdentity {
  /** The word `studio` for the embedded one, otherwise the server's origin and path. */
  server: string;
  /** The path of the call, such as `/videos`. */
  call: string;
  /** The wire's fields as they are to be sent. */
  fields: Record<string, unknown>;
  /** The file that goes along: its field and the sha256 of its bytes. */
  upload?: { field: string; sha256: string };
  /** Another take of the same request. @default 1 */
  variation?: number;
}

/** sha256 in hex; the order of fields makes no difference. */
export function clipHash({ server, call, fields, upload, variation = 1 }: ClipIdentity): string {
  const text = JSON.stringify(sorted({ server, call, fields, upload: upload ?? null, variation }));
  return createHash('sha256').update(text).digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, entry]) => [name, sorted(entry)]));
}
