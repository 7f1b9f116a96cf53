import { fileURLToPath } from 'node:url';
import type { CdnDriver } from '../../types/cdn.ts';
import type { Config } from '../../types/config.ts';

export type CdnConfig = Pick<Config, 'cdn' | 'cdnKey' | 'cdnPublicUrl' | 'cdnHostKeys' | 'sshAgent'>;

const NAMES: Record<string, string> = { 'file:': 'local', 'sftp:': 'sftp', 's3:': 's3' };

export function driverName({ cdn }: Pick<Config, 'cdn'>): string {
  return NAMES[cdn.protocol] ?? cdn.protocol;
}

/** Loads the driver of a place, and what it needs. @throws VideoToolsetError `missing_package`, `publish_failed` */
export async function openDriver({ cdn, cdnPublicUrl, cdnHostKeys, sshAgent }: CdnConfig): Promise<CdnDriver> {
  const address = cdnPublicUrl === undefined ? {} : { publicUrl: cdnPublicUrl };
  switch (cdn.protocol) {
    case 'sftp:': {
      const { createSftpCdn } = await import('./sftp.ts');
      return createSftpCdn({ address: cdn, publicUrl: cdnPublicUrl, hostKeys: cdnHostKeys, agent: sshAgent });
    }
    case 's3:': {
      const { createS3Cdn } = await import('./s3.ts');
      return createS3Cdn({ url: cdn, ...address });
    }
    default: {
      const { createLocalCdn } = await import('./local.ts');
      return createLocalCdn({ folder: fileURLToPath(cdn), ...address });
    }
  }
}
