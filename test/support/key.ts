import assert from 'node:assert/strict';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';

/** The only key that tests give. No log line, error, result or file may hold it; it has no shape that gives it away. */
export const KEY = 'marmalade7Zeppelin4Q-only-for-tests';

const NEEDLE = Buffer.from(KEY);

export function holdsKey(value: unknown): boolean {
  return textOf(value).includes(KEY);
}

/** Fails where the key is in a text, an error with its causes, or any other value. */
export function assertNoKey(what: string, value: unknown): void {
  assert.ok(!holdsKey(value), `the key is in ${what}: ${textOf(value).replaceAll(KEY, '[THE KEY]').slice(0, 2_000)}`);
}

/** Fails where the key is in the name or the bytes of a file below a folder, those of a database included. */
export function assertNoKeyInFiles(folder: string, mayHoldKey: readonly string[] = []): void {
  const holding = filesBelow(folder).filter(
    (file) => !mayHoldKey.includes(file) && (file.includes(KEY) || bytesOf(path.join(folder, file)).includes(NEEDLE)),
  );
  assert.deepEqual(holding, [], 'files that hold the key');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 12, maxArrayLength: null, maxStringLength: null });
}

function filesBelow(folder: string): string[] {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true }), Array.of<Dirent>());
  return entries.flatMap((entry) => {
    if (entry.isDirectory())
      return filesBelow(path.join(folder, entry.name)).map((file) => path.join(entry.name, file));
    return entry.isFile() ? [entry.name] : [];
  });
}

const bytesOf = (file: string): Buffer => unlessGone(() => readFileSync(file), Buffer.alloc(0));

/** What a process that is just ending removes needs no look. */
function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  }
}
