import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { copyFile, type FileHandle, link, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasControls } from './controls.ts';
import { systemCode, VideoToolsetError } from './errors.ts';
import { makeRoot, tryToWrite } from './workspace/writable.ts';

/**
 * The one folder files are read from and written to: a trust boundary. What a model, a server or a user names is decided
 * after `realpath`; names that begin with a dot and the reserved folders are out of reach.
 */
export interface Workspace {
  /** Absolute; it may not exist until something is written. */
  readonly root: string;
  /** An existing regular file, for reading. @throws `outside_workspace`, `file_not_found`, `invalid_argument` */
  find(name: string): Promise<WorkspaceFile>;
  /**
   * Makes the folder and tries to write there, so that nobody pays for what cannot be kept; once it went well, not again.
   * @throws `storage_failed`, `disk_full`
   */
  requireWritable(): Promise<void>;
  /** Checks a name something is to be written under, before anything is spent. @throws like {@link find}, and `file_exists` */
  check(name: string, options?: { overwrite?: boolean }): Promise<void>;
  /**
   * Moves a finished file from elsewhere to its name: at once and whole, or not at all.
   * @throws `file_exists` where the name is taken and `overwrite` is not set
   */
  adopt(source: string, name: string, options?: { overwrite?: boolean }): Promise<WorkspaceFile>;
}

export interface WorkspaceFile {
  /** Relative to the workspace, with forward slashes: what models and results show. */
  path: string;
  absolute: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modifiedMs: number;
}

/** @param reserved absolute folders inside the workspace that no tool may touch */
export function openWorkspace(root: string, { reserved = [] }: { reserved?: readonly string[] } = {}): Workspace {
  const locate = async (name: string): Promise<{ shown: string; absolute: string; realRoot: string }> => {
    const lexical = path.resolve(root, name);
    refuseOutside(name, root, lexical, reserved);
    const realRoot = await realpathOfExisting(root);
    const absolute = await realpathOfExisting(lexical).catch((error) => {
      throw isNoPath(error) ? notAPath(shownPath(root, lexical), error) : error;
    });
    refuseOutside(name, realRoot, absolute, await Promise.all(reserved.map(realpathOfExisting)));
    return { shown: shownPath(root, lexical), absolute, realRoot };
  };

  let isWritable = false;

  const describe = (realRoot: string, absolute: string, stats: Stats): WorkspaceFile => ({
    path: shownPath(realRoot, absolute),
    absolute,
    bytes: stats.size,
    modifiedMs: stats.mtimeMs,
  });

  return {
    root,

    async find(name) {
      requireName(name);
      const { shown, absolute, realRoot } = await locate(name);
      const stats = await statOrUndefined(absolute);
      if (stats === undefined) {
        throw new VideoToolsetError('file_not_found', `There is no file ${shown} in the workspace.`, {
          next_step: 'Name a file that lies in the workspace, by its path relative to it.',
        });
      }
      if (!stats.isFile()) throw new VideoToolsetError('invalid_argument', `${shown} is not a regular file.`);
      return describe(realRoot, absolute, stats);
    },

    async requireWritable() {
      if (isWritable) return;
      await tryToWrite(root);
      isWritable = true;
    },

    async check(name, { overwrite = false } = {}) {
      requireName(name);
      const { shown, absolute } = await locate(name);
      const present = await statOrUndefined(absolute);
      if (present !== undefined && (!overwrite || present.isDirectory())) throw nameTaken(shown);
    },

    async adopt(source, name, { overwrite = false } = {}) {
      requireName(name);
      refuseOutside(name, root, path.resolve(root, name), reserved);
      await makeRoot(root);
      const { shown, absolute, realRoot } = await locate(name);
      await mkdir(path.dirname(absolute), { recursive: true });
      await moveWhole(source, absolute, shown, overwrite);
      await syncFolder(path.dirname(absolute));
      return describe(realRoot, absolute, await stat(absolute));
    },
  };
}

/** Makes a file's appearance under its name last through a power cut; not every file system offers it. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, constants.O_RDONLY);
    await handle.sync();
  } catch (error) {
    if (!['EPERM', 'EISDIR', 'EINVAL', 'EACCES', 'ENOTSUP'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}

/** Systems stop at about 4,096 for the whole path, with an error that repeats it. */
const LONGEST_NAME_BYTES = 2_048;

function requireName(name: string): void {
  if (name.trim() === '' || hasControls(name)) {
    throw new VideoToolsetError('invalid_argument', 'A file name must not be empty or hold control characters.');
  }
  if (path.sep === '/' && name.includes('\\')) {
    throw new VideoToolsetError('invalid_argument', 'A file name must not hold a backslash: folders are parted by /.');
  }
  if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) {
    throw new VideoToolsetError('invalid_argument', `The file name is longer than ${LONGEST_NAME_BYTES} bytes.`);
  }
  if (name.split(/[/\\]/).some((part) => Buffer.byteLength(part) > 255)) {
    throw new VideoToolsetError('invalid_argument', 'A part of the file name is longer than 255 bytes.');
  }
}

function refuseOutside(name: string, root: string, absolute: string, reserved: readonly string[]): void {
  const relative = path.relative(root, absolute);
  const leads = (folder: string) => absolute === folder || absolute.startsWith(folder + path.sep);
  const isOutside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  const isHidden = relative.split(path.sep).some((part) => part.startsWith('.'));
  if (isOutside || isHidden || reserved.some(leads)) {
    const shown = path.isAbsolute(name) ? path.basename(name) : name;
    const reason = isOutside ? 'lies outside the workspace' : 'is a hidden or reserved name of the workspace';
    throw new VideoToolsetError(
      'outside_workspace',
      `${JSON.stringify(shown)} ${reason}: it is neither read nor written.`,
      {
        next_step:
          'Copy the file into the workspace, under a name that does not begin with a dot, and name it by that path.',
      },
    );
  }
}

function shownPath(root: string, absolute: string): string {
  return path.relative(root, absolute).split(path.sep).join('/');
}

/** The real path of what exists of a path, with the rest as it stands. */
async function realpathOfExisting(location: string): Promise<string> {
  try {
    return await realpath(location);
  } catch (error) {
    const parent = path.dirname(location);
    if (systemCode(error) !== 'ENOENT' || parent === location) throw error;
    return path.join(await realpathOfExisting(parent), path.basename(location));
  }
}

async function statOrUndefined(location: string): Promise<Stats | undefined> {
  try {
    return await stat(location);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A file where a folder should be, or links in a circle. */
function isNoPath(error: unknown): boolean {
  return ['ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(systemCode(error) ?? '');
}

function notAPath(shown: string, cause: unknown): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `${shown} is not a usable path (${systemCode(cause)}).`, {
    cause,
    next_step: 'Name a path whose folders are folders.',
  });
}

function nameTaken(shown: string): VideoToolsetError {
  return new VideoToolsetError('file_exists', `The workspace already has a file ${shown}: it was left as it is.`, {
    next_step: 'Choose another file name, or set overwrite to replace the file.',
  });
}

/** `link` refuses a taken name, which `rename` would overwrite; another file system needs a copy beside the target first. */
async function moveWhole(source: string, target: string, shown: string, overwrite: boolean): Promise<void> {
  try {
    if (overwrite) await rename(source, target);
    else {
      await link(source, target);
      await rm(source);
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST' || code === 'EISDIR' || code === 'ENOTEMPTY') throw nameTaken(shown);
    if (WITHOUT_HARD_LINKS.includes(code ?? '')) return moveOntoPlaceholder(source, target, shown);
    if (code !== 'EXDEV') throw error;
    const beside = path.join(path.dirname(target), `.${randomUUID()}.part`);
    try {
      await copyFile(source, beside, constants.COPYFILE_EXCL);
      await syncFile(beside);
      await moveWhole(beside, target, shown, overwrite);
      await rm(source);
    } finally {
      await rm(beside, { force: true });
    }
  }
}

const WITHOUT_HARD_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

async function moveOntoPlaceholder(source: string, target: string, shown: string): Promise<void> {
  const placeholder = await open(target, 'wx').catch((error) => {
    throw systemCode(error) === 'EEXIST' ? nameTaken(shown) : error;
  });
  await placeholder.close();
  await rename(source, target);
}

/** Makes a file's bytes last through a power cut. */
export async function syncFile(location: string): Promise<void> {
  const handle = await open(location, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
