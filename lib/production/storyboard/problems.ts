import { VideoToolsetError } from '../../errors.ts';

/** What is wrong with a storyboard, and where. */
export interface Problem {
  /** From 1. */
  line: number;
  column?: number;
  message: string;
  /** The file it stands in, where it is not the storyboard's own. */
  file?: string;
}

/** Problems that are told; of the others it is told how many they are. */
export const SHOWN = 10;

export function invalidStoryboard(name: string, problems: readonly Problem[]): VideoToolsetError {
  const lines = problems.slice(0, SHOWN).map(({ file = name, line, column, message }) => {
    const place = column === undefined ? `line ${line}` : `line ${line}, column ${column}`;
    return `${file}, ${place}: ${message}`;
  });
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return new VideoToolsetError('invalid_argument', `${lines.join('\n')}\nNothing was sent.`, {
    next_step: 'Correct what is named, then call it again.',
  });
}

/** The name that was meant, as the end of a sentence; empty where none is near. */
export function meant(wrong: string, names: Iterable<string>): string {
  const other = OTHER_WORDS[wrong.toLowerCase()];
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of names) {
    if (name === other) return `; ${name} was meant?`;
    const distance = distanceOf(wrong.toLowerCase(), name.toLowerCase(), least);
    if (distance < least) [best, least] = [name, distance];
  }
  return best === undefined ? '' : `; ${best} was meant?`;
}

/** What others call it. */
const OTHER_WORDS: Record<string, string> = {
  duration: 'seconds',
  length: 'seconds',
  name: 'id',
  text: 'prompt',
  description: 'prompt',
  image: 'input_reference',
  reference: 'input_reference',
  reference_image: 'input_reference',
  resolution: 'size',
  takes: 'variations',
};

/** Insertions, deletions, changes and swaps from one word to another; not less than `least` where it is that much at least. */
function distanceOf(from: string, to: string, least: number): number {
  if (Math.abs(from.length - to.length) >= least) return least;
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      const changed = (row[j - 1] ?? 0) + (isSame ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, changed, swapped));
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? least;
}
