import mime from 'mime-types';
import { VideoToolsetError } from '../errors.ts';
import { slug } from '../slug.ts';

/**
 * `2026/11/a-paper-boat-1a2b3c4d.mp4`: it holds the file's month, name and hash, so the same file always has the same key.
 */
export function keyOf(file: { path: string; modifiedMs: number }, sha256: string, contentType: string): string {
  const name = file.path.split('/').at(-1) ?? '';
  const base = name.replace(/\.[^.]*$/, '');
  const date = new Date(file.modifiedMs);
  const month = String(date.getUTCMonth() + 1).padStart(2, '0');
  const suffix = mime.extension(contentType) || 'bin';
  return `${date.getUTCFullYear()}/${month}/${slug(base, { maxLength: 60 })}-${sha256.slice(0, 8)}.${suffix}`;
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
