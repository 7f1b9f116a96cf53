import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What was typed in earlier sessions, for the arrow keys: a line of JSON each, for its user alone. */
export interface History {
  /** Newest first. */
  readonly entries: readonly string[];
  add(text: string): Promise<void>;
}

const KEPT = 500;
/** A pasted page is kept with its session; here it would only be in the way. */
const LONGEST = 2_000;

/** A history that cannot be read or written is an empty one: no session fails for it. */
export async function openHistory(file: string): Promise<History> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const entries = lines.slice(-KEPT).flatMap(entryIn).reverse();
  if (lines.length > 2 * KEPT) await rewrite(file, lines.slice(-KEPT)).catch(() => undefined);
  return {
    entries,
    async add(text) {
      // The line editor has one line.
      const entry = text.replace(/\s+/g, ' ').trim();
      if (entry === '' || entry.length > LONGEST || entry === entries[0]) return;
      entries.unshift(entry);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
        .then(() => appendFile(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 }))
        .catch(() => undefined);
    },
  };
}

async function rewrite(file: string, lines: readonly string[]): Promise<void> {
  const temporary = `${file}.${process.pid}.part`;
  await writeFile(temporary, `${lines.join('\n')}\n`, { mode: 0o600 });
  await rename(temporary, file);
}

function entryIn(line: string): string[] {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}
