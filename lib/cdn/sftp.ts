import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { finished } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { CdnDriver } from '../../types/cdn.ts';
import { urlPathOf } from './key.ts';
import { withSafeKeys } from './safeKeys.ts';
import { createConnection } from './sftp/connection.ts';
import { fullDisk, refusedRequest, STATUS, statusOf } from './sftp/failure.ts';
import { entriesOf, filesBelow, makeFolders, removeFile, statsOf } from './sftp/files.ts';
import { publishStaged } from './sftp/publish.ts';
import { createRemoteHash } from './sftp/remoteHash.ts';
import type { Session } from './sftp/session.ts';
import { createUploadStream } from './sftp/uploadStream.ts';

export interface SftpCdnOptions {
  /** `sftp://user@host:port/folder`; the host may be an alias of ssh_config, and user and port come from there if left out. */
  address: URL;
  /** Where the folder is served. @default the sftp:// address itself */
  publicUrl?: string | undefined;
  /** Fingerprints of host keys (`SHA256:…`) that are accepted though known_hosts has none. @default none */
  hostKeys?: readonly string[] | undefined;
  /** The ssh-agent's socket. @default none */
  agent?: string | undefined;
  /** Whose `.ssh` is read. @default the user's home */
  home?: string;
  /** The machine's own SSH settings. @default '/etc/ssh' */
  system?: string;
  /** How long a connection is kept for the next file, in milliseconds. @default 15000 */
  idleMs?: number;
}

/** Hidden, and on the same file system, so that a rename makes the file public at once. */
const STAGING = '.staging';
const STALE_MS = 24 * 3_600_000;
const CLEAN_UP_MS = 5_000;
/** Less than this is a full disk, whatever the reason that the server gave. */
const FULL_BYTES = 64 * 1024;

/** Publishes into a folder of an SSH server, which a web server may serve. Nothing is connected before the first use. */
export function createSftpCdn(options: SftpCdnOptions): CdnDriver {
  const { address, publicUrl, hostKeys = [], agent, home = homedir(), system = '/etc/ssh', idleMs = 15_000 } = options;
  const root = decodeURIComponent(address.pathname).replace(/\/+$/, '');
  const staging = `${root}/${STAGING}`;
  const connection = createConnection({ address, hostKeys, agent, home, system, idleMs });
  const hash = createRemoteHash();
  const shown = publicUrl ?? address.href.replace(/\/+$/, '');
  let isSwept = false;

  return withSafeKeys({
    name: 'sftp',

    async open() {
      const temporary = `${staging}/${randomUUID()}.part`;
      const stream = await connection.keep(async (session, release) => {
        const handle = await createStaged(session, root, temporary);
        hash.prepare(session);
        const explain = (error: unknown) => explainWrite(session, root, error);
        return createUploadStream(session, handle, { onClose: release, explain });
      });
      if (!isSwept) {
        isSwept = true;
        connection.use((current) => removeStale(current, staging, temporary)).catch(() => undefined);
      }
      const stop = new AbortController();
      let commit: Promise<unknown> = Promise.resolve();
      let isPublic = false;

      return {
        stream,
        async commit(key, proof) {
          const publishing = connection.use((current) =>
            publishStaged(current, hash, { temporary, root, key, proof, signal: stop.signal }),
          );
          commit = publishing.catch(() => undefined);
          const verification = await publishing;
          isPublic = true;
          return verification;
        },
        async abort() {
          stop.abort();
          const cleanUp = async () => {
            await commit;
            await finished(stream.destroy()).catch(() => undefined);
            if (!isPublic) await connection.use((current) => removeFile(current, temporary));
          };
          // Where the server cannot be reached any more, a later run removes it.
          const cleaned = cleanUp().catch(() => undefined);
          await Promise.race([cleaned, pause(CLEAN_UP_MS, undefined, { ref: false })]);
        },
      };
    },

    head: (key) =>
      connection.use(async (session) => {
        const stats = await statsOf(session, `${root}/${key}`);
        if (!stats?.isFile) return undefined;
        const { bytes, modifiedMs } = stats;
        const sha256 = await hash.of(session, { path: `${root}/${key}`, bytes }, { mayReadLarge: false });
        return { bytes, modifiedMs, ...(sha256 !== undefined && { sha256 }) };
      }),

    remove: (key) => connection.use((session) => removeFile(session, `${root}/${key}`)),

    async *list(prefix) {
      yield* await connection.use((session) => filesBelow(session, root, prefix));
    },

    url: async (key) => `${shown}/${urlPathOf(key)}`,

    close: () => connection.close(),
  });
}

/** A new file in the staging folder, which nobody but the user may look into. */
async function createStaged(session: Session, root: string, temporary: string): Promise<Buffer> {
  const create = () => session.request<Buffer>((sftp, done) => sftp.open(temporary, 'wx', done));
  try {
    return await create().catch(async (error) => {
      if (statusOf(error) !== STATUS.noSuchFile) throw error;
      await makeFolders(session, root, `${root}/${STAGING}`, 0o700);
      return await create();
    });
  } catch (error) {
    throw refusedRequest(error, 'begin a file in the folder', session.target.host);
  }
}

/** A full disk is told as a mere failure, so the disk is asked. */
async function explainWrite(session: Session, root: string, error: unknown): Promise<unknown> {
  const { host } = session.target;
  if (statusOf(error) === STATUS.failure) {
    const space: unknown = await session
      .request<unknown>((sftp, done) => sftp.ext_openssh_statvfs(root === '' ? '/' : root, done))
      .catch(() => undefined);
    const { f_bavail: blocks, f_frsize: blockBytes } = Object(space);
    if (blocks * blockBytes < FULL_BYTES) return fullDisk(error, host);
  }
  return refusedRequest(error, 'write the file', host);
}

/** What runs that died left behind, by the server's own clock. */
async function removeStale(session: Session, staging: string, newest: string): Promise<void> {
  const now = (await statsOf(session, newest))?.modifiedMs ?? 0;
  for (const { filename, attrs } of await entriesOf(session, staging)) {
    if (!filename.endsWith('.part') || now - attrs.mtime * 1_000 < STALE_MS) continue;
    await removeFile(session, `${staging}/${filename}`);
  }
}
