/** Prompts reach 32,000 characters; what a picture is of stands near the start. */
export const READ_CHARACTERS = 4000;

/** What a prompt wants left out, up to the word that names it. */
const NEGATIVE = /\b(?:no|without|not|remov(?:e|es|ing))\s+(?:an?\s+|the\s+|any\s+|all\s+)?([\p{L}-]+)/gu;

/** The words of a prompt, in order, that tables of words are looked up in. */
export interface Words {
  /** Where one of the words or phrases first stands, counted in words; -1 if none does. */
  find(candidates: readonly string[]): number;
  has(candidates: readonly string[]): boolean;
  at(index: number): string;
}

export function readWords(text: string): Words {
  return wordsOf(plain(text).replace(NEGATIVE, ' '));
}

/** The words that a prompt wants left out. */
export function readExcluded(text: string): Words {
  return wordsOf([...plain(text).matchAll(NEGATIVE)].map(([, word]) => word).join(' '));
}

function plain(text: string): string {
  return text.slice(0, READ_CHARACTERS).normalize('NFKC').toLowerCase();
}

function wordsOf(text: string): Words {
  const list = text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const positions = new Map<string, number>();
  for (const [index, word] of list.entries()) {
    for (const form of forms(word)) if (!positions.has(form)) positions.set(form, index);
  }
  const find = (candidates: readonly string[]) => {
    let first = -1;
    for (const candidate of candidates) {
      const index = candidate.includes(' ') ? findPhrase(list, candidate.split(' ')) : (positions.get(candidate) ?? -1);
      if (index >= 0 && (first < 0 || index < first)) first = index;
    }
    return first;
  };
  return { find, has: (candidates) => find(candidates) >= 0, at: (index) => list[index] ?? '' };
}

function findPhrase(list: string[], phrase: string[]): number {
  return list.findIndex((_, index) => phrase.every((word, offset) => forms(list[index + offset] ?? '').includes(word)));
}

/** The word itself and what it may be the plural of. */
function forms(word: string): string[] {
  if (!word.endsWith('s') || word.length < 4) return [word];
  if (word.endsWith('ies')) return [word, `${word.slice(0, -3)}y`, word.slice(0, -1)];
  if (word.endsWith('ves')) return [word, `${word.slice(0, -3)}f`, word.slice(0, -1)];
  return word.endsWith('es') ? [word, word.slice(0, -1), word.slice(0, -2)] : [word, word.slice(0, -1)];
}
