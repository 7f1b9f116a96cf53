/**
 * A short name out of any text: letters and digits of any script, the rest as single dashes. Safe in a file name and in
 * a URL path, never empty, never beginning with a dot.
 */
export function slug(text: string, { maxLength = 40, fallback = 'clip' } = {}): string {
  const dashed = text
    .slice(0, 1_000)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const short = Array.from(dashed).slice(0, maxLength).join('');
  const cutAtWord =
    short.length < dashed.length && short.includes('-') ? short.slice(0, short.lastIndexOf('-')) : short;
  return cutAtWord || fallback;
}
