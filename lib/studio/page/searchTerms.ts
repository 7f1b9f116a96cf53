const MOST_WORDS = 10;
/** A shorter word occurs in many ids by chance. */
const ID_LETTERS = 6;

/** SQL in which each word occurs in prompt, model or id, whatever its case. */
export function searchTerms(search: string): { where: string; values: string[] } {
  const words = search.split(/\s+/).filter(Boolean).slice(0, MOST_WORDS).map(spellingsOf);
  // LIKE would look at each letter of the word anew at each letter of the prompt.
  const terms = words.map(
    (forms) => `(${forms.map((form) => `instr(lower(${textFor(form)}), lower(?))`).join(' OR ')})`,
  );
  return { where: terms.join(' AND ') || 'TRUE', values: words.flat() };
}

/** No word holds the line breaks between them. */
function textFor(word: string): string {
  return `prompt || char(10) || engine${word.length < ID_LETTERS ? '' : ' || char(10) || jobs.id'}`;
}

/** SQLite minds no case of a to z; of other letters both are looked for. */
function spellingsOf(word: string): string[] {
  const isPlain = /^[!-~]*$/.test(word);
  return isPlain ? [word] : [...new Set([word.toLowerCase(), word.toUpperCase()])];
}
