import { createHash, randomUUID } from 'node:crypto';

export interface Identity {
  /** Within which the clip is found again. */
  session: string;
  /** Tells its request apart from the same one of another call. */
  variation: number;
}

const MOST_VARIATIONS = 2 ** 31 - 1;

/** Which clip a call means: one of its own, or that of an earlier call with the same idempotency key. */
export function identityOf(headers: Record<string, string | undefined> = {}): Identity {
  const [, key] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'idempotency-key') ?? [];
  const session = `ai-sdk ${key ?? randomUUID()}`;
  const hash = createHash('sha256').update(session).digest();
  return { session, variation: 1 + (hash.readUInt32BE() % MOST_VARIATIONS) };
}
