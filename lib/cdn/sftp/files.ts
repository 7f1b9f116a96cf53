import path from 'node:path/posix';
import { refusedRequest, STATUS, statusOf } from './failure.ts';
import type { Session } from './session.ts';

export interface RemoteStats {
  isFile: boolean;
  bytes: number;
  /** Milliseconds since 1970, by the server's clock. */
  modifiedMs: number;
}

/** What a path leads to, or undefined. */
export async function statsOf(session: Session, file: string): Promise<RemoteStats | undefined> {
  try {
    const stats = await session.request<Attributes>((sftp, done) => sftp.stat(file, done));
    return { isFile: isFile(stats), bytes: stats.size, modifiedMs: stats.mtime * 1_000 };
  } catch (error) {
    if (statusOf(error) === STATUS.noSuchFile) return undefined;
    throw refusedRequest(error, 'look at a published file', session.target.host);
  }
}

/** @returns whether there was one */
export async function removeFile(session: Session, file: string): Promise<boolean> {
  try {
    await session.order((sftp, done) => sftp.unlink(file, done));
    return true;
  } catch (error) {
    if (statusOf(error) === STATUS.noSuchFile) return false;
    throw refusedRequest(error, 'remove the file', session.target.host);
  }
}

/** Makes the folders of a path below one that exists. */
export async function makeFolders(session: Session, root: string, folder: string, mode = 0o755): Promise<void> {
  const parts = path.relative(root, folder).split('/');
  for (let count = 1; count <= parts.length; count++) {
    const current = path.join(root, ...parts.slice(0, count));
    try {
      await session.order((sftp, done) => sftp.mkdir(current, { mode }, done));
    } catch (error) {
      // A folder that exists is told as a mere failure, so it is looked for.
      if (session.isLost || (await statsOf(session, current)) === undefined) {
        throw refusedRequest(error, 'make a folder', session.target.host);
      }
    }
  }
}

export interface ListedFile {
  key: string;
  bytes: number;
  modifiedMs: number;
}

/** The files below a folder whose keys begin with a prefix; hidden ones and links never. */
export async function filesBelow(session: Session, root: string, prefix: string): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  const walk = async (parents: string): Promise<void> => {
    for (const { filename, attrs } of await entriesOf(session, `${root}/${parents}`, parents === '')) {
      if (filename.startsWith('.')) continue;
      const key = `${parents}${filename}`;
      if (isFolder(attrs) && (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`))) await walk(`${key}/`);
      if (isFile(attrs) && key.startsWith(prefix)) {
        files.push({ key, bytes: attrs.size, modifiedMs: attrs.mtime * 1_000 });
      }
    }
  };
  await walk('');
  return files;
}

export async function entriesOf(session: Session, folder: string, mustExist = false): Promise<Entry[]> {
  try {
    return await session.request<Entry[]>((sftp, done) => sftp.readdir(folder, done));
  } catch (error) {
    // It may have been removed since it was listed.
    if (statusOf(error) === STATUS.noSuchFile && !mustExist) return [];
    throw refusedRequest(error, 'list the published files', session.target.host);
  }
}

interface Attributes {
  mode: number;
  size: number;
  mtime: number;
}

interface Entry {
  filename: string;
  attrs: Attributes;
}

const FILE_TYPE = 0o170000;
const isFile = ({ mode }: Attributes): boolean => (mode & FILE_TYPE) === 0o100000;
const isFolder = ({ mode }: Attributes): boolean => (mode & FILE_TYPE) === 0o040000;
