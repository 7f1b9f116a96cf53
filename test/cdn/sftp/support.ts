import { chownSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { createSftpCdn, type SftpCdnOptions } from '../../../lib/cdn/sftp.ts';
import type { CdnDriver } from '../../../types/cdn.ts';
import type { SshServer } from '../../support/sshd.ts';
import type { CdnPlace } from '../contract.ts';
import { folderPlace } from '../folderPlace.ts';

/** No SSH settings of this machine get into a test. */
export const SYSTEM = '/nonexistent';

/** A driver for a server, with the key that is let in. */
export function sftpCdn(server: SshServer, options: Partial<SftpCdnOptions> = {}): CdnDriver {
  return createSftpCdn({ address: server.address, home: server.home, system: SYSTEM, ...options });
}

let count = 0;

/** A new folder in the server's. */
export function sftpPlace(server: SshServer, options: Partial<SftpCdnOptions> = {}): CdnPlace {
  const name = `place ${++count}`;
  const folder = path.join(server.folder, name);
  mkdirSync(folder);
  const { uid, gid } = statSync(server.folder);
  chownSync(folder, uid, gid);
  const address = new URL(`${server.address.href}/${encodeURIComponent(name)}`);
  return folderPlace(folder, () => sftpCdn(server, { address, ...options }));
}
