import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { systemCode, VideoToolsetError } from '../../errors.ts';
import { matchesPatterns } from './pattern.ts';

/** What ssh_config says of one host: the lines of each keyword (in lower case), as words, in the order they were found. */
export type SshConfig = ReadonlyMap<string, readonly (readonly string[])[]>;

export interface SshFolders {
  /** The user's home, whose `.ssh` holds keys, config and known hosts. */
  home: string;
  /** Of the whole machine. */
  system: string;
}

/** As OpenSSH: deeper is a loop. */
const MAX_DEPTH = 16;

/**
 * Reads `~/.ssh/config`, then the machine's `ssh_config`, for a host as it was typed.
 * `Match` blocks are passed over, but for `Match all`: what one of them would do is never done by mistake.
 * @throws VideoToolsetError `invalid_configuration` where a file cannot be read
 */
export async function readSshConfig(host: string, { home, system }: SshFolders): Promise<SshConfig> {
  const found = new Map<string, string[][]>();
  const user = path.join(home, '.ssh');
  await readInto(found, path.join(user, 'config'), { host, home, folder: user, isActive: true, depth: 0 });
  await readInto(found, path.join(system, 'ssh_config'), { host, home, folder: system, isActive: true, depth: 0 });
  return found;
}

interface Reading {
  host: string;
  home: string;
  /** Where a relative `Include` begins. */
  folder: string;
  isActive: boolean;
  depth: number;
}

async function readInto(found: Map<string, string[][]>, file: string, reading: Reading): Promise<void> {
  if (reading.depth > MAX_DEPTH) throw unreadable(file, 'its Include lines never end');
  let { isActive } = reading;
  for (const line of (await textOf(file)).split('\n')) {
    const [, keyword = '', rest = ''] = /^\s*([^\s=#]+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
    const words = wordsOf(rest);
    switch (keyword.toLowerCase()) {
      case '':
        break;
      case 'host':
        isActive = reading.isActive && matchesPatterns(reading.host, words);
        break;
      case 'match':
        isActive = reading.isActive && words.length === 1 && words[0]?.toLowerCase() === 'all';
        break;
      case 'include':
        // Where this block is not meant, nothing of the included file is, whatever its own Host lines say.
        if (!isActive) break;
        for (const included of await filesOf(words, reading)) {
          await readInto(found, included, { ...reading, isActive, depth: reading.depth + 1 });
        }
        break;
      default:
        if (!isActive || words.length === 0) break;
        found.set(keyword.toLowerCase(), [...(found.get(keyword.toLowerCase()) ?? []), words]);
    }
  }
}

async function filesOf(patterns: readonly string[], { home, folder }: Reading): Promise<string[]> {
  const files: string[] = [];
  for (const pattern of patterns) {
    const absolute = path.resolve(folder, pattern.replace(/^~(?=\/)/, home));
    const matches: string[] = [];
    for await (const match of glob(absolute)) matches.push(match);
    files.push(...matches.sort());
  }
  return files;
}

/** Words apart by blanks, in quotes where they hold some; a comment ends the line. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word, double, single] of text.matchAll(/"([^"]*)"|'([^']*)'|[^\s"']+/g)) {
    if (word.startsWith('#')) break;
    words.push(double ?? single ?? word);
  }
  return words;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return '';
    throw unreadable(file, `it cannot be read (${code})`, error);
  }
}

function unreadable(file: string, problem: string, cause?: unknown): VideoToolsetError {
  return new VideoToolsetError('invalid_configuration', `The SSH configuration ${path.basename(file)}: ${problem}.`, {
    cause,
    next_step: 'Correct the file or its permissions; `ssh -G HOST` shows what OpenSSH makes of it.',
  });
}
