/** OpenSSH's wildcards: `*` is any text, `?` any one character; nothing else is special. */
export function matchesPattern(text: string, pattern: string): boolean {
  const source = pattern.replace(/[\\^$.*+?()[\]{}|]/g, (special) => {
    if (special === '*') return '.*';
    return special === '?' ? '.' : `\\${special}`;
  });
  return new RegExp(`^${source}$`, 's').test(text);
}

/** Does any pattern match, and none of those that begin with `!`? */
export function matchesPatterns(text: string, patterns: readonly string[]): boolean {
  const isExcluded = patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(text, pattern.slice(1)));
  return !isExcluded && patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(text, pattern));
}
