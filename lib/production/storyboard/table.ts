import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { csvRecords, UnclosedQuote } from './csv.ts';
import { messageOf, pathOf } from './document.ts';
import { fileLines } from './lines.ts';
import { invalidStoryboard, type Problem } from './problems.ts';
import { SHOT_SCHEMA, type WrittenShot } from './schema.ts';

/** A shot out of a table, and the line it begins in, from 1. */
export interface TableRow {
  line: number;
  shot: WrittenShot;
}

type Fields = Record<string, unknown>;

const NUMBERS = ['seconds', 'variations'];
const MOST_PROBLEMS = 100;

let isShot: ValidateFunction<WrittenShot> | undefined;

/**
 * The shots of a table, row by row: CSV or TSV with names in its first line, or JSON objects in lines.
 * @param name of the file, for messages
 * @throws VideoToolsetError `invalid_argument` with the line of everything that is wrong
 */
export async function* tableRows(location: string, name: string): AsyncGenerator<TableRow> {
  isShot ??= new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true }).compile<WrittenShot>(SHOT_SCHEMA);
  const lines = withoutMark(fileLines(location));
  const records = /\.(jsonl|ndjson)$/i.test(name) ? jsonRecords(lines) : csvFields(lines, path.extname(name));
  const problems: Problem[] = [];
  try {
    for await (const { line, fields, problem } of records) {
      const shot: unknown = fields && shotFields(fields);
      if (problem !== undefined) problems.push({ file: name, line, message: problem });
      else if (isShot(shot)) yield { line, shot };
      else {
        for (const error of isShot.errors ?? [])
          problems.push({ file: name, line, message: messageOf(error, pathOf(error.instancePath)) });
      }
      if (problems.length >= MOST_PROBLEMS) break;
    }
  } catch (error) {
    if (!(error instanceof UnclosedQuote)) throw error;
    problems.push({ file: name, line: error.line, message: 'a quote that is opened here is never closed' });
  }
  if (problems.length > 0) throw invalidStoryboard(name, problems);
}

interface RawRecord {
  line: number;
  fields?: Fields;
  problem?: string;
}

async function* csvFields(lines: AsyncIterable<string>, extension: string): AsyncGenerator<RawRecord> {
  let names: string[] | undefined;
  const [first, all] = await withFirst(lines);
  // Spreadsheets of half of the world write semicolons.
  const separator = extension === '.tsv' ? '\t' : /^[^,]*;/.test(first) ? ';' : ',';
  for await (const { line, cells } of csvRecords(all, separator)) {
    if (names === undefined) {
      names = cells.map((cell) => cell.trim());
      const twice = names.find((name, index) => names?.indexOf(name) !== index);
      if (twice !== undefined) yield { line, problem: `the column ${JSON.stringify(twice)} stands there twice` };
    } else if (cells.length > names.length) {
      yield { line, problem: `it has ${cells.length} cells, and there are ${names.length} columns` };
    } else {
      const entries = names.map((name, index): [string, unknown] => [name, cells[index] ?? '']);
      yield { line, fields: Object.fromEntries(entries.flatMap(([name, cell]) => cellOf(name, String(cell)))) };
    }
  }
}

/** An empty cell says nothing. */
function cellOf(name: string, cell: string): [string, unknown][] {
  if (name === '' || cell === '') return [];
  if (NUMBERS.includes(name)) return [[name, /^\d+$/.test(cell) ? Number(cell) : cell]];
  if (name === 'characters') return [[name, cell.split(/[\s,;]+/).filter((id) => id !== '')]];
  return [[name, cell]];
}

async function* jsonRecords(lines: AsyncIterable<string>): AsyncGenerator<RawRecord> {
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    try {
      const fields: unknown = JSON.parse(text);
      yield isObject(fields) ? { line, fields } : { line, problem: 'it must be a JSON object' };
    } catch (error) {
      yield { line, problem: `it is no JSON (${error instanceof Error ? error.message : error})` };
    }
  }
}

/** What is called like a property of a shot is one; all else are variables. */
function shotFields(fields: Fields): Fields {
  const own = Object.entries(fields).filter(([name]) => Object.hasOwn(SHOT_SCHEMA.properties, name));
  const others = Object.entries(fields).filter(([name]) => !Object.hasOwn(SHOT_SCHEMA.properties, name));
  const { variables, ...shot } = Object.fromEntries(own);
  return { ...shot, variables: { ...Object.fromEntries(others), ...(isObject(variables) && variables) } };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the mark that some programs begin a file with. */
async function* withoutMark(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const line of lines) {
    yield isFirst ? line.replace(/^\ufeff/, '') : line;
    isFirst = false;
  }
}

async function withFirst(lines: AsyncIterable<string>): Promise<[string, AsyncIterable<string>]> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const all = async function* () {
    if (first.done) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  };
  return [first.done ? '' : first.value, all()];
}
