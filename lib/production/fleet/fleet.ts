import type { Config } from '../../../types/config.ts';
import { VideoToolsetError } from '../../errors.ts';
import type { LedgerFiles } from '../../ledger/files.ts';
import { FLEET, type ProductionServices } from '../services.ts';

/** The same services, for what many machines make together. */
export function inFleet<T extends ProductionServices>(services: T): T {
  const { ledger } = services;
  const files: LedgerFiles = {
    get: async (name) => await (await ledger()).files.get(name),
    keep: async (name, bytes) => await (await ledger()).files.keep(name, bytes),
  };
  return { ...services, shared: { name: FLEET, files } };
}

/**
 * Can several machines work with this configuration?
 * @throws VideoToolsetError `invalid_configuration` for what only this machine has
 */
export function requireShared({ ledger, baseUrl, cdn }: Pick<Config, 'ledger' | 'baseUrl' | 'cdn'>): void {
  if (!/^postgres(ql)?:/.test(ledger)) {
    throw new VideoToolsetError('invalid_configuration', 'The machines of a fleet meet in a Postgres database.', {
      next_step: 'Name it: --fleet postgres://USER@HOST/DATABASE',
    });
  }
  if (baseUrl === undefined) {
    throw new VideoToolsetError(
      'invalid_configuration',
      'Without a video server each machine would start a studio of its own, whose jobs no other one knows.',
      {
        next_step: 'Set VIDEO_BASE_URL; for previews, to a studio that all reach: video-toolset studio --host ADDRESS',
      },
    );
  }
  if (cdn.protocol === 'file:') {
    throw new VideoToolsetError(
      'invalid_configuration',
      'The machines of a fleet publish to one place that all of them reach; a folder is on one machine only.',
      { next_step: 'Set CDN_URL to sftp://USER@HOST/FOLDER or s3://BUCKET/PREFIX, the same one on every machine.' },
    );
  }
}
