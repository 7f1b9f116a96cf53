import path from 'node:path/posix';
import type { Verification } from '../../../types/cdn.ts';
import { VideoToolsetError } from '../../errors.ts';
import { changedBytes, taken } from '../refusal.ts';
import { refusedRequest, STATUS, statusOf } from './failure.ts';
import { makeFolders, removeFile, statsOf } from './files.ts';
import type { RemoteFile, RemoteHash } from './remoteHash.ts';
import type { Session } from './session.ts';

export interface Staged {
  /** The hidden file, whole. */
  temporary: string;
  root: string;
  key: string;
  proof: { bytes: number; sha256: string };
  signal: AbortSignal;
}

/**
 * Proves the bytes of a staged file and gives it its public name. Safe to repeat: what an earlier call made public is found.
 * @throws VideoToolsetError `publish_failed` where other bytes stand there, or arrived
 */
export async function publishStaged(session: Session, hash: RemoteHash, staged: Staged): Promise<Verification> {
  const { temporary, root, key, proof, signal } = staged;
  const target = `${root}/${key}`;
  const { host } = session.target;

  const sha256Of = (file: RemoteFile) => hash.of(session, file, { signal });
  /** How what stands under the key was found to be the same file; undefined where nothing does. */
  const published = async (): Promise<Verification | undefined> => {
    const present = await statsOf(session, target);
    if (present === undefined) return undefined;
    if (!present.isFile || present.bytes !== proof.bytes) throw taken(key);
    const sha256 = await sha256Of({ path: target, bytes: present.bytes });
    if (sha256 !== undefined && sha256 !== proof.sha256) throw taken(key);
    return sha256 === undefined ? 'size' : 'sha256';
  };
  const rename = () => session.order((sftp, done) => sftp.rename(temporary, target, done));

  const arrived = await statsOf(session, temporary);
  signal.throwIfAborted();
  const already = await published();
  if (already !== undefined) {
    await removeFile(session, temporary);
    return already;
  }
  if (arrived === undefined) throw vanished(key);
  if (arrived.bytes !== proof.bytes) throw changedBytes(key, host);
  const sha256 = await sha256Of({ path: temporary, bytes: arrived.bytes });
  if (sha256 !== undefined && sha256 !== proof.sha256) throw changedBytes(key, host);
  signal.throwIfAborted();
  try {
    await rename().catch(async (error) => {
      if (statusOf(error) !== STATUS.noSuchFile) throw error;
      await makeFolders(session, root, path.dirname(target));
      await rename();
    });
  } catch (error) {
    if (session.isLost) throw error;
    // Somebody else may have been faster, which the server tells as a mere failure.
    const verified = await published();
    if (verified === undefined) throw refusedRequest(error, 'give the file its public name', host);
    await removeFile(session, temporary);
    return verified;
  }
  return sha256 === undefined ? 'size' : 'sha256';
}

function vanished(key: string): VideoToolsetError {
  return new VideoToolsetError(
    'publish_failed',
    `What was uploaded for ${key} is gone from the server's staging folder.`,
    {
      retryable: true,
      next_step: 'Publish the file again; if it happens twice, see what removes files on the server.',
    },
  );
}
