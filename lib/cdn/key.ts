import mime from 'mime-types';
import { VideoToolsetError } from '../errors.ts';
import { slug } from '../slug.ts';

const DEFAULT_KEY = '{yyyy}/{mm}/{slug}-{sha8}.{ext}';

/**
 * A key by a template: `2026/11/a-paper-boat-1a2b3c4d.mp4`. It holds the file's date, name and hash, so the same file always
 * has the same key.
 */
export function keyOf(
  file: { path: string; modifiedMs: number },
  sha256: string,
  contentType: string,
  template = DEFAULT_KEY,
): string {
  const name = file.path.split('/').at(-1) ?? '';
  const [yyyy = '', mm = '', dd = ''] = new Date(file.modifiedMs).toISOString().slice(0, 10).split('-');
  const values: Record<string, string> = {
    ...{ yyyy, mm, dd, sha256, sha8: sha256.slice(0, 8) },
    slug: slug(name.replace(/\.[^.]*$/, ''), { maxLength: 60 }),
    ext: mime.extension(contentType) || 'bin',
  };
  return template.replace(/\{(\w+)\}/g, (_, field: string) => values[field] ?? '');
}

/** A key beside another one: the same name with another suffix. */
export function besideKey(key: string, suffix: string): string {
  return `${key.replace(/\.[^./]*$/, '')}.${suffix}`;
}

/**
 * A key as drivers may see it: relative, without empty, dotted or hidden parts.
 * @throws VideoToolsetError `invalid_argument`
 */
export function normaliseKey(key: string): string {
  const parts = key.normalize('NFC').split('/');
  const isSafe = parts.every((part) => part !== '' && !part.startsWith('.') && !/[\p{Cc}\\:]/u.test(part));
  if (
    !isSafe ||
    !key.isWellFormed() ||
    Buffer.byteLength(key) > 900 ||
    parts.some((part) => Buffer.byteLength(part) > 255)
  ) {
    throw new VideoToolsetError('invalid_argument', `${JSON.stringify(key.slice(0, 80))} is not a valid key.`, {
      next_step: 'Use a key as cdn_list shows it.',
    });
  }
  return parts.join('/');
}

/** A key as the path of an address. */
export function urlPathOf(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
