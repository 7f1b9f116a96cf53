/** One record of a CSV file, and the line it begins in, from 1. */
export interface CsvRecord {
  line: number;
  cells: string[];
}

/**
 * The records of a CSV file, as spreadsheets write it: cells in quotes may hold commas, line feeds and doubled quotes; empty
 * lines are left out. Source: RFC 4180, section 2.
 * @param lines without their line feeds
 * @param separator @default ','
 * @throws Error that names the line of a quote that is never closed
 */
export async function* csvRecords(lines: AsyncIterable<string>, separator = ','): AsyncGenerator<CsvRecord> {
  let line = 0;
  let record: CsvRecord | undefined;
  /** The cell that is being read, where it is in quotes that are still open. */
  let open: string | undefined;
  const plain = new RegExp(`[^"${separator}]+`, 'y');
  for await (const text of lines) {
    line++;
    if (record === undefined && text === '') continue;
    record ??= { line, cells: [] };
    let cell = open === undefined ? '' : `${open}\n`;
    let isQuoted = open !== undefined;
    for (let index = 0; index < text.length; index++) {
      const character = text[index] ?? '';
      if (isQuoted && character === '"' && text[index + 1] === '"') {
        cell += '"';
        index++;
      } else if (character === '"' && (isQuoted || cell === '')) isQuoted = !isQuoted;
      else if (character === separator && !isQuoted) {
        record.cells.push(cell);
        cell = '';
      } else {
        // At once: a text that is put together of single characters takes forty times its size.
        plain.lastIndex = index;
        const [run = character] = plain.exec(text) ?? [];
        cell += run;
        index += run.length - 1;
      }
    }
    open = isQuoted ? cell : undefined;
    if (isQuoted) continue;
    record.cells.push(cell);
    yield record;
    record = undefined;
  }
  if (record !== undefined) throw new UnclosedQuote(record.line);
}

export class UnclosedQuote extends Error {
  readonly line: number;

  constructor(line: number) {
    super(`A quote that is opened in line ${line} is never closed.`);
    this.line = line;
  }
}
