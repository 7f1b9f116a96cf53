import type { CdnDriver } from '../../types/cdn.ts';
import { normaliseKey } from './key.ts';

/** A driver that no key leads out of its place. */
export function withSafeKeys(driver: CdnDriver): CdnDriver {
  return {
    ...driver,
    async open(headers) {
      const upload = await driver.open(headers);
      return { ...upload, commit: async (key, proof) => await upload.commit(normaliseKey(key), proof) };
    },
    head: async (key) => await driver.head(normaliseKey(key)),
    remove: async (key) => await driver.remove(normaliseKey(key)),
  };
}
