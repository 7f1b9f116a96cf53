const WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** A number in digits or as a word, to be captured. */
export const NUMBER_WORD = `\\d{1,3}|${WORDS.join('|')}|sixteen|twenty`;

/** Not the tail of `1.5 seconds`, not "the 80s", and "ones" is no second. */
export const DURATION = new RegExp(
  `(?<![\\d.,])\\b(?!(?<=(?:the|early|mid|late)[\\s-]|['’])\\d0s\\b)` +
    `(?:(\\d{1,3})[\\s-]*s|(${NUMBER_WORD})[\\s-]*(?:seconds?|secs?))\\b`,
  'i',
);

export function numberOf(word: string): number {
  if (/^\d+$/.test(word)) return Number(word);
  return { sixteen: 16, twenty: 20 }[word.toLowerCase()] ?? WORDS.indexOf(word.toLowerCase()) + 1;
}

/** The length that a text names first. */
export function secondsOf(text: string): number | undefined {
  const [, digits, words] = DURATION.exec(text) ?? [];
  const word = digits ?? words;
  return word === undefined ? undefined : numberOf(word);
}
