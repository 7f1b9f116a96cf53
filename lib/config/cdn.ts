import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { absolute } from './folders.ts';
import { text, wrong } from './values.ts';

/** Where clips are published: a folder, an SFTP server's folder, or a bucket. */
export function cdnUrl(value: unknown, workspace: string): URL {
  const address = text('cdn', value);
  if (address === undefined) return pathToFileURL(path.join(workspace, 'published'));
  const [scheme = ''] = address.split(':', 1);
  switch (scheme) {
    case 'file':
      return folderUrl(address);
    case 'sftp':
      return sftpUrl(address);
    case 's3':
      if (!URL.canParse(address) || !new URL(address).hostname) throw wrong('cdn', 'it is not a valid s3:// address');
      return new URL(address);
    default:
      throw wrong('cdn', `it must begin with file:, sftp:// or s3://, not ${scheme}:`);
  }
}

const KEY_FIELDS = ['yyyy', 'mm', 'dd', 'slug', 'sha8', 'sha256', 'ext'];

/** How published files are named. A name without the hash could mean other bytes tomorrow, and no suffix no type. */
export function keyTemplate(value: unknown): string | undefined {
  const template = text('cdnKey', value);
  if (template === undefined) return undefined;
  const unknown = [...template.matchAll(/\{([^}]*)\}/g)].find(([, field = '']) => !KEY_FIELDS.includes(field));
  if (unknown !== undefined) throw wrong('cdnKey', `there is no ${unknown[0]}; known: {${KEY_FIELDS.join('}, {')}}`);
  if (!/\{sha(8|256)\}/.test(template) || !template.endsWith('.{ext}')) {
    throw wrong('cdnKey', 'it must hold {sha8} or {sha256}, and end in .{ext}');
  }
  const isPath = template
    .split('/')
    .every((part) => part !== '' && !part.startsWith('.') && !/[\p{Cc}\\:]/u.test(part));
  if (!isPath) throw wrong('cdnKey', 'it must be a relative path without empty or hidden parts');
  return template;
}

/** Fingerprints as `ssh-keygen -l` shows them. */
export function hostKeysOf(value: unknown): string[] | undefined {
  const given = text('cdnHostKey', value)?.split(/[\s,]+/);
  if (given?.some((fingerprint) => !/^SHA256:[A-Za-z0-9+/]{43}$/.test(fingerprint))) {
    throw wrong('cdnHostKey', 'it must be SHA256: and 43 letters, as ssh-keygen -l shows it; several apart by commas');
  }
  return given;
}

function folderUrl(address: string): URL {
  if (!address.startsWith('file://')) return pathToFileURL(absolute('cdn', address.slice('file:'.length)));
  try {
    fileURLToPath(address);
    return new URL(address);
  } catch {
    throw wrong('cdn', 'it is not a valid file:// address of this machine');
  }
}

function sftpUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!address.startsWith('sftp://') || !url?.hostname || !url.pathname.startsWith('/')) {
    throw wrong('cdn', 'it must have the form sftp://user@host:port/absolute/folder');
  }
  if (url.password !== '') {
    throw wrong('cdn', 'a password does not belong here; use a key of ~/.ssh or the ssh-agent');
  }
  if (url.search !== '' || url.hash !== '') {
    throw wrong('cdn', 'a ? or # of the folder must be written as %3F or %23');
  }
  // The folder comes to stand in a command, and in lines of a protocol.
  if (/[\p{Cc}\\]/u.test(decoded(url.pathname)) || /[\p{Cc}\s]/u.test(decoded(url.username))) {
    throw wrong('cdn', 'user or folder hold a control character or a backslash');
  }
  return url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('cdn', 'a % must be followed by two digits of a character, or be written as %25');
  }
}
