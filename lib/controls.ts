/**
 * Characters that act on a terminal or reorder what is read, instead of being read: controls but for line feed and tab, and
 * the marks of bidirectional text. Names and ids have no use for them; in a server's words they may be an attack.
 */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const IN_TEXT = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Also true for line feed and tab. */
export function hasControls(text: string): boolean {
  return CONTROLS.test(text);
}

/** Each becomes `�`, which cannot do anything; line feed and tab stay, and a carriage return before a line feed goes. */
export function withoutControls(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(IN_TEXT, '\ufffd');
}

/** Another's words, in marks that they cannot leave: they are not taken for one's own. */
export function quoted(words: string): string {
  return escapedControls(JSON.stringify(words));
}

/** A JSON text whose strings say the same with escapes. */
export function escapedControls(json: string): string {
  return json.replace(IN_TEXT, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
