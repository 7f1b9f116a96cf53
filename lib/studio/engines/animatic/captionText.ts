/** Longer text cannot fit three lines anyway. */
const READ_CHARACTERS = 600;
const ELLIPSIS = '…';

/** One line of plain text: no control characters, no half characters, no marks that turn the direction of what follows. */
export function cleanCaption(text: string): string {
  return text
    .slice(0, READ_CHARACTERS)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029\uFFFD]+/gu, (marks) => (marks === '\u200D' ? marks : ' '))
    .replace(/\p{M}{4,}/gu, (marks) => marks.slice(0, 3))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Breaks text into lines no wider than allowed; a word too long for a line is broken, text too long ends in an ellipsis. */
export function wrapCaption(text: string, width: number, most: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  const rest = pieces(text, width, measure);
  for (const [index, piece] of rest.entries()) {
    const longer = line + piece;
    if (measure(longer.trimEnd()) <= width || line === '') {
      line = longer;
      continue;
    }
    if (lines.length === most - 1) return [...lines, shorten(line, width, measure)];
    lines.push(line.trim());
    line = piece.trimStart();
    if (index === rest.length - 1) break;
  }
  return line.trim() ? [...lines, line.trim()] : lines;
}

/** Words with the space after them; what is wider than a line comes in single characters. */
function pieces(text: string, width: number, measure: (text: string) => number): string[] {
  const words = text.match(/\S+\s?/g) ?? [];
  const segmenter = new Intl.Segmenter();
  return words.flatMap((word) =>
    measure(word) <= width ? [word] : [...segmenter.segment(word)].map(({ segment }) => segment),
  );
}

function shorten(line: string, width: number, measure: (text: string) => number): string {
  const characters = [...new Intl.Segmenter().segment(line.trimEnd())].map(({ segment }) => segment);
  while (characters.length > 0 && measure(characters.join('') + ELLIPSIS) > width) characters.pop();
  return characters.join('').trimEnd() + ELLIPSIS;
}
